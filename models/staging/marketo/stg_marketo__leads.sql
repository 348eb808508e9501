{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='marketo_lead_id'
) }}

with

source as (

    {{ newest_rows('marketo', 'lead') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_lead_id,
        {{ text('owner_id') }} as owner_id,
        {{ salesforce_id('sfdc_lead_id') }} as salesforce_lead_id,
        {{ salesforce_id('sfdc_contact_id') }} as salesforce_contact_id,
        {{ salesforce_id('sfdc_account_id') }} as salesforce_account_id,

        -- strings
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,
        {{ picklist('title') }} as title,
        {{ picklist('company') }} as company_name,
        {{ text('website') }} as website,
        {{ text('phone') }} as phone,
        {{ picklist('country') }} as country,
        {{ picklist('industry') }} as industry,
        {{ picklist('lead_source') }} as lead_source,
        {{ picklist('original_source_type') }} as original_source,
        {{ picklist('lead_status') }} as status,
        {{ picklist('rejection_reason') }} as rejection_reason,
        {{ text('sfdc_type') }} as salesforce_type,

        -- numerics
        lead_score,
        number_of_employees as employee_count,

        -- booleans
        unsubscribed as is_opted_out,
        email_invalid as is_email_invalid,
        {{ is_deleted_row(['_fivetran_deleted', 'is_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'lead') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
