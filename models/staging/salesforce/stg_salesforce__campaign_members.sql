{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_campaign_member_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'campaign_member') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_campaign_member_id,
        {{ salesforce_id('campaign_id') }} as salesforce_campaign_id,
        {{ salesforce_id('lead_id') }} as salesforce_lead_id,
        {{ salesforce_id('contact_id') }} as salesforce_contact_id,

        -- strings
        status,

        -- booleans
        has_responded,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        first_responded_date as first_responded_at,
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'campaign_member') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
