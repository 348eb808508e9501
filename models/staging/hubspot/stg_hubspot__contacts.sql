{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_contact_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'contact') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as hubspot_contact_id,
        {{ text('property_associatedcompanyid') }} as primary_hubspot_company_id,
        {{ text('property_hubspot_owner_id') }} as owner_id,
        {{ text('property_hs_merged_object_ids') }} as merged_hubspot_contact_ids,
        {{ salesforce_id('property_salesforceleadid') }} as salesforce_lead_id,
        {{ salesforce_id('property_salesforcecontactid') }} as salesforce_contact_id,
        {{ salesforce_id('property_salesforceaccountid') }} as salesforce_account_id,

        -- strings
        {{ text('property_email') }} as email,
        {{ text('property_hs_additional_emails') }} as additional_emails,
        {{ text('property_firstname') }} as first_name,
        {{ text('property_lastname') }} as last_name,
        {{ picklist('property_jobtitle') }} as title,
        {{ picklist('property_company') }} as company_name,
        {{ text('property_website') }} as website,
        {{ text('property_phone') }} as phone,
        {{ text('property_mobilephone') }} as mobile_phone,
        {{ text('property_city') }} as city,
        {{ text('property_state') }} as state,
        {{ picklist('property_country') }} as country,
        {{ picklist('property_hs_country_region_code') }} as country_code,
        {{ picklist('property_industry') }} as industry,
        {{ picklist('property_lifecyclestage') }} as lifecycle_stage,
        {{ picklist('property_hs_lead_status') }} as lead_status,
        {{ picklist('property_rejection_reason') }} as rejection_reason,
        {{ picklist('property_hs_analytics_source') }} as original_source,
        {{ picklist('property_self_reported_source') }} as self_reported_source,
        {{ text('property_hs_calculated_merged_vids') }} as calculated_merged_vids,
        {{ text('property_hs_email_hard_bounce_reason_enum') }} as hard_bounce_reason,

        -- booleans
        property_hs_email_optout as is_opted_out,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted', 'archived']) }} as is_deleted,

        -- timestamps
        property_createdate as created_at,
        property_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'contact') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
