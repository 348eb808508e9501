{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_email_event_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'email_event') }}

),

renamed as (

    select
        -- ids
        id as hubspot_email_event_id,
        email_campaign_id as hubspot_email_campaign_id,
        sent_by_id as sent_hubspot_email_event_id,
        caused_by_id as caused_by_hubspot_email_event_id,

        -- strings
        type as event_type,
        recipient as recipient_email,

        -- booleans
        filtered_event as is_filtered,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created as occurred_at,
        sent_by_created as sent_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'email_event') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
