{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_email_event_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'email_event_status_change') }}

),

renamed as (

    select
        -- ids
        id as hubspot_email_event_id,

        -- strings
        source as change_source,
        portal_subscription_status as subscription_status,

        -- booleans
        bounced as is_bounced,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'email_event_status_change') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
