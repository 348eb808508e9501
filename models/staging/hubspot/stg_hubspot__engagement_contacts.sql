{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key=['hubspot_engagement_id', 'hubspot_contact_id']
) }}

with

source as (

    {{ newest_rows('hubspot', 'engagement_contact') }}

),

renamed as (

    select
        -- ids
        engagement_id as hubspot_engagement_id,
        contact_id as hubspot_contact_id,
        type_id as association_type_id,

        -- strings
        engagement_type,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'engagement_contact') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
