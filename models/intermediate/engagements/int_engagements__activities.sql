with

empty as (

    select
        cast(null as {{ api_type('string') }}) as source_record_key,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_activity,
        cast(null as {{ api_type('string') }}) as detail,
        cast(null as {{ api_type('string') }}) as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as timestamp) as occurred_at,
        cast(null as {{ api_type('string') }}) as engagement_type,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as asset,
        cast(null as {{ api_type('string') }}) as email_message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as boolean) as is_source_bot,
        cast(null as boolean) as is_human,
        cast(null as timestamp) as loaded_at
    where 1 = 0

)

select * from empty
