{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_lead_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'lead') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_lead_id,
        {{ salesforce_id('master_record_id') }} as merged_into_salesforce_lead_id,
        {{ salesforce_id('converted_contact_id') }} as converted_salesforce_contact_id,
        {{ salesforce_id('converted_account_id') }} as converted_salesforce_account_id,
        {{ salesforce_id('converted_opportunity_id') }} as converted_salesforce_opportunity_id,
        {{ salesforce_id('owner_id') }} as owner_id,

        -- strings
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,
        {{ text('name') }} as full_name,
        {{ picklist('title') }} as title,
        {{ picklist('company') }} as company_name,
        {{ text('website') }} as website,
        {{ text('phone') }} as phone,
        {{ text('mobile_phone') }} as mobile_phone,
        {{ text('street') }} as street,
        {{ text('city') }} as city,
        {{ text('state') }} as state,
        {{ text('postal_code') }} as postal_code,
        {{ picklist('country') }} as country,
        {{ picklist('country_code') }} as country_code,
        {{ picklist('industry') }} as industry,
        {{ picklist('lead_source') }} as lead_source,
        {{ picklist('status') }} as status,
        {{ picklist('rejection_reason_c') }} as rejection_reason,
        {{ text('email_bounced_reason') }} as email_bounced_reason,

        -- numerics
        number_of_employees as employee_count,
        annual_revenue,

        -- booleans
        is_converted,
        has_opted_out_of_email as is_opted_out,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        converted_date,

        -- timestamps
        email_bounced_date as email_bounced_at,
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'lead') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
