{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_engagement_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'engagement_email') }}

),

renamed as (

    select
        -- ids
        engagement_id as hubspot_engagement_id,
        property_hubspot_owner_id as owner_id,
        property_hs_sequence_id as sequence_id,

        -- strings
        property_hs_email_subject as subject,
        property_hs_email_direction as email_direction,
        property_hs_email_status as email_status,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        property_hs_timestamp as occurred_at,
        property_hs_createdate as created_at,
        property_hs_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'engagement_email') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
