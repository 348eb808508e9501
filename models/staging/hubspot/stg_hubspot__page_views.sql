{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_page_view_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'event_page_view') }}

),

renamed as (

    select
        -- ids
        id as hubspot_page_view_id,
        contact_id as hubspot_contact_id,

        -- strings
        url as page_url,
        title as page_title,
        utm_campaign,
        utm_source,
        utm_medium,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        occurred_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'event_page_view') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
