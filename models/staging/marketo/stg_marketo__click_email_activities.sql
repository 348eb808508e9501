{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='marketo_activity_id'
) }}

with

source as (

    {{ newest_rows('marketo', 'activity_click_email') }}

),

renamed as (

    select
        -- ids
        id as marketo_activity_id,
        lead_id as marketo_lead_id,
        campaign_id as marketo_campaign_id,
        primary_attribute_value_id,
        email_template_id as marketo_email_template_id,

        -- strings
        primary_attribute_value,
        link as link_url,
        device,
        platform,
        user_agent,

        -- booleans
        is_mobile_device,
        is_bot_activity,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        activity_date as occurred_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'activity_click_email') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
