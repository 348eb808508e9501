{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='hubspot_engagement_id'
) }}

with

source as (

    {{ newest_rows('hubspot', 'engagement_task') }}

),

renamed as (

    select
        -- ids
        engagement_id as hubspot_engagement_id,
        property_hubspot_owner_id as owner_id,

        -- strings
        property_hs_task_subject as subject,
        property_hs_task_type as task_type,
        property_hs_task_status as task_status,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        property_hs_task_completion_date as completed_at,
        property_hs_timestamp as due_at,
        property_hs_createdate as created_at,
        property_hs_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'engagement_task') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
