with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as {{ api_type('string') }}) as email_domain,
        cast(null as {{ api_type('string') }}) as first_name,
        cast(null as {{ api_type('string') }}) as last_name,
        cast(null as {{ api_type('string') }}) as full_name,
        cast(null as {{ api_type('string') }}) as title,
        cast(null as {{ api_type('string') }}) as company_name,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as {{ api_type('string') }}) as lead_source,
        cast(null as boolean) as is_opted_out,
        cast(null as boolean) as is_deleted,
        cast(null as {{ api_type('string') }}) as first_record_key,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as first_loaded_at
    where 1 = 0

)

select * from empty
