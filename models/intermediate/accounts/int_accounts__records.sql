with

empty as (

    select
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_object,
        cast(null as {{ api_type('string') }}) as source_id,
        cast(null as {{ api_type('string') }}) as account_name,
        cast(null as {{ api_type('string') }}) as domain,
        cast(null as {{ api_type('string') }}) as domain_class,
        cast(null as {{ api_type('string') }}) as website,
        cast(null as {{ api_type('string') }}) as industry,
        cast(null as double) as employee_count,
        cast(null as decimal(18,2)) as annual_revenue,
        cast(null as {{ api_type('string') }}) as currency_code,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as account_type,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as {{ api_type('string') }}) as parent_record_key,
        cast(null as boolean) as is_deleted,
        cast(null as {{ api_type('string') }}) as merged_into_record_key,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as modified_at,
        cast(null as timestamp) as loaded_at
    where 1 = 0

)

select * from empty
