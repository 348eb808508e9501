with

empty as (

    select
        cast(null as {{ api_type('string') }}) as opportunity_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as role,
        cast(null as boolean) as is_primary,
        cast(null as {{ api_type('string') }}) as basis,
        cast(null as timestamp) as linked_at,
        cast(null as {{ api_type('string') }}) as source_record_key,
        cast(null as timestamp) as loaded_at
    where 1 = 0

)

select * from empty
