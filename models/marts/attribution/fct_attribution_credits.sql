with

empty as (

    select
        cast(null as {{ api_type('string') }}) as model,
        cast(null as {{ api_type('string') }}) as conversion_id,
        cast(null as {{ api_type('string') }}) as engagement_id,
        cast(null as {{ api_type('string') }}) as channel,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as double) as credit_share,
        cast(null as decimal(18,2)) as credit_usd
    where 1 = 0

)

select * from empty
