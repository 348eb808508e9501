with

empty as (

    select
        cast(null as {{ api_type('string') }}) as transition_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as integer) as cycle_number,
        cast(null as {{ api_type('string') }}) as from_stage,
        cast(null as {{ api_type('string') }}) as to_stage,
        cast(null as timestamp) as occurred_at,
        cast(null as timestamp) as known_at,
        cast(null as integer) as definition_version,
        cast(null as {{ api_type('string') }}) as trigger,
        cast(null as {{ api_type('string') }}) as reason_code,
        cast(null as {{ api_type('string') }}) as evidence,
        cast(null as boolean) as is_inferred,
        cast(null as integer) as transition_number
    where 1 = 0

)

select * from empty
