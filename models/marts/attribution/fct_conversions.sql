with

empty as (

    select
        cast(null as {{ api_type('string') }}) as conversion_id,
        cast(null as {{ api_type('string') }}) as conversion_type,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as opportunity_id,
        cast(null as timestamp) as converted_at,
        cast(null as decimal(18,2)) as value_usd
    where 1 = 0

)

select * from empty
