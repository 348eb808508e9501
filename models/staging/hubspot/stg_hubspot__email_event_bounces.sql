{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_email_event_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'email_event_bounce') }}

),

renamed as (

    select
        -- ids
        id as hubspot_email_event_id,

        -- strings
        category as bounce_category,
        status as bounce_status,
        response,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'email_event_bounce') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
