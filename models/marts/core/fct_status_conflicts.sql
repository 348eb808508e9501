with

empty as (

    select
        cast(null as {{ api_type('string') }}) as conflict_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as timestamp) as detected_at,
        cast(null as {{ api_type('string') }}) as system,
        cast(null as {{ api_type('string') }}) as system_status,
        cast(null as {{ api_type('string') }}) as expected_stage,
        cast(null as {{ api_type('string') }}) as ledger_stage,
        cast(null as double) as age_days
    where 1 = 0

)

select * from empty
