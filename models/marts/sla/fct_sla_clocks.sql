with

empty as (

    select
        cast(null as {{ api_type('string') }}) as clock_id,
        cast(null as {{ api_type('string') }}) as commitment_id,
        cast(null as {{ api_type('string') }}) as owed_by,
        cast(null as {{ api_type('string') }}) as subject_type,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as integer) as cycle_number,
        cast(null as integer) as policy_version,
        cast(null as {{ api_type('string') }}) as calendar_id,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as due_at,
        cast(null as timestamp) as stopped_at,
        cast(null as {{ api_type('string') }}) as status,
        cast(null as double) as elapsed_minutes,
        cast(null as double) as business_minutes,
        cast(null as double) as queue_minutes,
        cast(null as double) as rep_minutes,
        cast(null as {{ api_type('string') }}) as on_breach
    where 1 = 0

)

select * from empty
