{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_task_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'task') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_task_id,
        {{ salesforce_id('who_id') }} as salesforce_who_id,
        {{ salesforce_id('what_id') }} as salesforce_what_id,
        {{ salesforce_id('account_id') }} as salesforce_account_id,
        {{ salesforce_id('owner_id') }} as owner_id,
        sales_loft_step_id_c as sequence_step_id,

        -- strings
        subject,
        type as task_type,
        task_subtype,
        status,
        call_type,
        call_disposition,
        sales_loft_cadence_name_c as sequence_name,
        sales_loft_step_type_c as sequence_step_type,

        -- booleans
        is_closed,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        activity_date,

        -- timestamps
        completed_date_time as completed_at,
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'task') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
