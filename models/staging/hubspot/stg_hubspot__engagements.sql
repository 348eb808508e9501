{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_engagement_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'engagement') }}

),

renamed as (

    select
        -- ids
        id as hubspot_engagement_id,
        owner_id,

        -- strings
        type as engagement_kind,

        -- booleans
        active as is_active,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        timestamp as occurred_at,
        created_at,
        last_updated as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'engagement') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
