with

empty as (

    select
        cast(null as {{ api_type('string') }}) as conversion_id,
        cast(null as {{ api_type('string') }}) as conversion_type,
        cast(null as integer) as touch_position,
        cast(null as integer) as touch_count,
        cast(null as {{ api_type('string') }}) as engagement_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as channel,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as timestamp) as touched_at
    where 1 = 0

)

select * from empty
