with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as {{ api_type('string') }}) as email_domain,
        cast(null as {{ api_type('string') }}) as email_status,
        cast(null as {{ api_type('string') }}) as full_name,
        cast(null as {{ api_type('string') }}) as title,
        cast(null as {{ api_type('string') }}) as seniority,
        cast(null as {{ api_type('string') }}) as buying_role,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as boolean) as is_hand_raiser,
        cast(null as boolean) as is_opted_out,
        cast(null as {{ api_type('string') }}) as lead_source,
        cast(null as {{ api_type('string') }}) as first_touch_channel,
        cast(null as {{ api_type('string') }}) as first_touch_campaign_id,
        cast(null as double) as lead_score,
        cast(null as double) as firmographic_score,
        cast(null as double) as engagement_score,
        cast(null as double) as intent_score,
        cast(null as timestamp) as scored_at,
        cast(null as {{ api_type('string') }}) as lifecycle_stage,
        cast(null as timestamp) as lifecycle_stage_entered_at,
        cast(null as integer) as cycle_number,
        cast(null as boolean) as is_recycled,
        cast(null as timestamp) as created_at
    where 1 = 0

)

select * from empty
