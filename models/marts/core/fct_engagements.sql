with

empty as (

    select
        cast(null as {{ api_type('string') }}) as engagement_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as timestamp) as occurred_at,
        cast(null as timestamp) as loaded_at,
        cast(null as {{ api_type('string') }}) as direction,
        cast(null as {{ api_type('string') }}) as channel,
        cast(null as {{ api_type('string') }}) as engagement_type,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as asset,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_record_key,
        cast(null as boolean) as is_bot,
        cast(null as boolean) as is_touch,
        cast(null as boolean) as is_hand_raiser,
        cast(null as boolean) as is_intent,
        cast(null as boolean) as is_human
    where 1 = 0

)

select * from empty
