{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_account_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'account') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_account_id,
        {{ salesforce_id('master_record_id') }} as merged_into_salesforce_account_id,
        {{ salesforce_id('parent_id') }} as parent_salesforce_account_id,
        {{ salesforce_id('owner_id') }} as owner_id,

        -- strings
        {{ text('name') }} as account_name,
        {{ text('website') }} as website,
        {{ text('phone') }} as phone,
        {{ picklist('type') }} as account_type,
        {{ picklist('industry') }} as industry,
        {{ text('account_source') }} as account_source,
        {{ text('billing_street') }} as street,
        {{ text('billing_city') }} as city,
        {{ text('billing_state') }} as state,
        {{ text('billing_postal_code') }} as postal_code,
        {{ picklist('billing_country') }} as country,
        {{ picklist('billing_country_code') }} as country_code,
        {{ text('currency_iso_code') }} as currency_code,

        -- numerics
        number_of_employees as employee_count,
        annual_revenue,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'account') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
