{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='pardot_visitor_activity_id'
) }}

with

source as (

    {{ newest_rows('pardot', 'visitor_activity') }}

),

renamed as (

    select
        -- ids
        id as pardot_visitor_activity_id,
        prospect_id as pardot_prospect_id,
        visitor_id as pardot_visitor_id,
        campaign_id as pardot_campaign_id,
        email_id as pardot_email_id,
        list_email_id as pardot_list_email_id,
        email_template_id as pardot_email_template_id,
        form_id as pardot_form_id,
        form_handler_id as pardot_form_handler_id,
        landing_page_id as pardot_landing_page_id,
        file_id as pardot_file_id,
        custom_redirect_id as pardot_custom_redirect_id,
        paid_search_ad_id,
        visitor_page_view_id as pardot_visitor_page_view_id,
        opportunity_id as pardot_opportunity_id,

        -- strings
        type_name as activity_type_name,
        details,

        -- numerics
        type as activity_type_code,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at as occurred_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'visitor_activity') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
