with

empty as (

    select
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_object,
        cast(null as {{ api_type('string') }}) as source_id,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as {{ api_type('string') }}) as raw_email,
        cast(null as {{ api_type('string') }}) as matching_email,
        cast(null as {{ api_type('string') }}) as email_domain,
        cast(null as boolean) as is_role_mailbox,
        cast(null as {{ api_type('string') }}) as first_name,
        cast(null as {{ api_type('string') }}) as last_name,
        cast(null as {{ api_type('string') }}) as full_name,
        cast(null as {{ api_type('string') }}) as title,
        cast(null as {{ api_type('string') }}) as company_name,
        cast(null as {{ api_type('string') }}) as website,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as phone,
        cast(null as {{ api_type('string') }}) as lead_source,
        cast(null as {{ api_type('string') }}) as status,
        cast(null as {{ api_type('string') }}) as lead_status_reason,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as boolean) as is_opted_out,
        cast(null as boolean) as is_deleted,
        cast(null as {{ api_type('string') }}) as merged_into_record_key,
        cast(null as {{ api_type('string') }}) as account_record_key,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as modified_at,
        cast(null as timestamp) as loaded_at
    where 1 = 0

)

select * from empty
