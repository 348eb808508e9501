{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_contact_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'contact') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_contact_id,
        {{ salesforce_id('master_record_id') }} as merged_into_salesforce_contact_id,
        {{ salesforce_id('account_id') }} as salesforce_account_id,
        {{ salesforce_id('owner_id') }} as owner_id,

        -- strings
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,
        {{ text('name') }} as full_name,
        {{ picklist('title') }} as title,
        {{ picklist('department') }} as department,
        {{ text('phone') }} as phone,
        {{ text('mobile_phone') }} as mobile_phone,
        {{ text('mailing_street') }} as street,
        {{ text('mailing_city') }} as city,
        {{ text('mailing_state') }} as state,
        {{ text('mailing_postal_code') }} as postal_code,
        {{ picklist('mailing_country') }} as country,
        {{ picklist('mailing_country_code') }} as country_code,
        {{ picklist('lead_source') }} as lead_source,
        {{ picklist('contact_status_c') }} as status,
        {{ picklist('rejection_reason_c') }} as rejection_reason,
        {{ text('email_bounced_reason') }} as email_bounced_reason,

        -- booleans
        has_opted_out_of_email as is_opted_out,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        email_bounced_date as email_bounced_at,
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'contact') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
