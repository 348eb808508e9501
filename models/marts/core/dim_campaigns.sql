with

empty as (

    select
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as campaign_name,
        cast(null as {{ api_type('string') }}) as campaign_type,
        cast(null as {{ api_type('string') }}) as channel,
        cast(null as {{ api_type('string') }}) as status,
        cast(null as decimal(18,2)) as cost_usd,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as {{ api_type('string') }}) as parent_campaign_id,
        cast(null as timestamp) as created_at
    where 1 = 0

)

select * from empty
