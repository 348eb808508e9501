{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_engagement_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'engagement_meeting') }}

),

renamed as (

    select
        -- ids
        engagement_id as hubspot_engagement_id,
        property_hubspot_owner_id as owner_id,

        -- strings
        title as subject,
        meeting_outcome,
        property_hs_meeting_outcome as hs_meeting_outcome,
        source as meeting_source,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        start_time as started_at,
        end_time as ended_at,
        property_hs_timestamp as occurred_at,
        property_hs_createdate as created_at,
        property_hs_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'engagement_meeting') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
