with

empty as (

    select
        cast(null as {{ api_type('string') }}) as run_id,
        cast(null as timestamp) as checked_at,
        cast(null as {{ api_type('string') }}) as suite,
        cast(null as {{ api_type('string') }}) as expectation,
        cast(null as {{ api_type('string') }}) as schema_name,
        cast(null as {{ api_type('string') }}) as table_name,
        cast(null as {{ api_type('string') }}) as column_name,
        cast(null as {{ api_type('string') }}) as status,
        cast(null as boolean) as is_blocking,
        cast(null as {{ api_type('string') }}) as observed,
        cast(null as {{ api_type('string') }}) as threshold,
        cast(null as bigint) as failing_rows,
        cast(null as {{ api_type('string') }}) as owner
    where 1 = 0

)

select * from empty
