{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='pardot_visitor_id'
) }}

with

source as (

    {{ newest_rows('pardot', 'visitor') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_visitor_id,
        {{ text('prospect_id') }} as pardot_prospect_id,

        -- strings
        {{ text('campaign_parameter') }} as utm_campaign,
        {{ text('source_parameter') }} as utm_source,
        {{ text('medium_parameter') }} as utm_medium,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'visitor') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
