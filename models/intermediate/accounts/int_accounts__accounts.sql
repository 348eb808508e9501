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
        cast(null as boolean) as is_deleted,
        cast(null as {{ api_type('string') }}) as industry,
        cast(null as double) as employee_count,
        cast(null as decimal(18,2)) as annual_revenue_usd,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as first_loaded_at
    where 1 = 0

)

select * from empty
