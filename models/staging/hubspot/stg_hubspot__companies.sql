with

source as (

    {{ newest_rows('hubspot', 'company') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as hubspot_company_id,
        {{ text('property_hubspot_owner_id') }} as owner_id,
        {{ text('property_hs_parent_company_id') }} as parent_hubspot_company_id,
        {{ text('property_hs_merged_object_ids') }} as merged_hubspot_company_ids,
        {{ salesforce_id('property_salesforceaccountid') }} as salesforce_account_id,

        -- strings
        {{ text('property_name') }} as account_name,
        {{ text('property_domain') }} as domain,
        {{ text('property_hs_additional_domains') }} as additional_domains,
        {{ text('property_website') }} as website,
        {{ picklist('property_industry') }} as industry,
        {{ text('property_phone') }} as phone,
        {{ picklist('property_type') }} as account_type,
        {{ text('property_city') }} as city,
        {{ text('property_state') }} as state,
        {{ picklist('property_country') }} as country,
        {{ picklist('property_hs_country_code') }} as country_code,
        {{ picklist('property_lifecyclestage') }} as lifecycle_stage,

        -- numerics
        property_numberofemployees as employee_count,
        property_annualrevenue as annual_revenue,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted', 'archived']) }} as is_deleted,

        -- timestamps
        property_createdate as created_at,
        property_hs_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'company') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
