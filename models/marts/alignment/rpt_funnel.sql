with

empty as (

    select
        cast(null as date) as period_start,
        cast(null as {{ api_type('string') }}) as period_type,
        cast(null as {{ api_type('string') }}) as measure,
        cast(null as {{ api_type('string') }}) as dimension,
        cast(null as {{ api_type('string') }}) as dimension_value,
        cast(null as {{ api_type('string') }}) as stage,
        cast(null as integer) as stage_order,
        cast(null as bigint) as lead_count,
        cast(null as bigint) as previous_stage_count,
        cast(null as double) as conversion_rate
    where 1 = 0

)

select * from empty
