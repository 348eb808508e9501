with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as current_lead_id,
        cast(null as timestamp) as retired_at
    where 1 = 0

)

select * from empty
