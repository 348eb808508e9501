with

empty as (

    select
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as account_name,
        cast(null as {{ api_type('string') }}) as primary_domain,
        cast(null as {{ api_type('string') }}) as salesforce_account_id,
        cast(null as {{ api_type('string') }}) as hubspot_company_id,
        cast(null as {{ api_type('string') }}) as parent_account_id,
        cast(null as {{ api_type('string') }}) as ultimate_parent_account_id,
        cast(null as boolean) as is_inferred,
        cast(null as {{ api_type('string') }}) as industry,
        cast(null as double) as employee_count,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as decimal(18,2)) as annual_revenue_usd,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as boolean) as is_target_account,
        cast(null as integer) as target_tier,
        cast(null as boolean) as is_icp_fit,
        cast(null as {{ api_type('string') }}) as icp_misses,
        cast(null as double) as account_score,
        cast(null as double) as firmographic_score,
        cast(null as double) as engagement_score,
        cast(null as double) as intent_score,
        cast(null as timestamp) as scored_at,
        cast(null as {{ api_type('string') }}) as account_stage,
        cast(null as timestamp) as account_stage_entered_at,
        cast(null as timestamp) as created_at
    where 1 = 0

)

select * from empty
