{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key=['hubspot_deal_id', 'property_name', 'changed_at']
) }}

with

source as (

    {{ newest_rows('hubspot', 'deal_property_history') }}

),

renamed as (

    select
        -- ids
        deal_id as hubspot_deal_id,
        source_id as change_source_id,

        -- strings
        name as property_name,
        value as property_value,
        source as change_source,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        timestamp as changed_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal_property_history') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
