{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_conversion_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'contact_form_submission') }}

),

renamed as (

    select
        -- ids
        conversion_id as hubspot_conversion_id,
        contact_id as hubspot_contact_id,
        form_id as hubspot_form_id,

        -- strings
        page_url,
        title as page_title,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        timestamp as occurred_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'contact_form_submission') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
