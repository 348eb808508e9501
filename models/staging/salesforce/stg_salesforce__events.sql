{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_event_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'event') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_event_id,
        {{ salesforce_id('who_id') }} as salesforce_who_id,
        {{ salesforce_id('what_id') }} as salesforce_what_id,
        {{ salesforce_id('account_id') }} as salesforce_account_id,
        {{ salesforce_id('owner_id') }} as owner_id,

        -- strings
        subject,
        type as event_type,
        event_subtype,
        meeting_outcome_c as meeting_outcome,

        -- numerics
        duration_in_minutes,

        -- booleans
        no_show_c as is_no_show,
        is_child,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        activity_date_time as activity_at,
        start_date_time as started_at,
        end_date_time as ended_at,
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'event') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
