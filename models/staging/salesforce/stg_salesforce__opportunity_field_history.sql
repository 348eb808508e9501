{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='salesforce_opportunity_field_history_id'
) }}

with

source as (

    {{ newest_rows('salesforce', 'opportunity_field_history') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_opportunity_field_history_id,
        {{ salesforce_id('opportunity_id') }} as salesforce_opportunity_id,
        {{ salesforce_id('created_by_id') }} as created_by_id,

        -- strings
        field as field_name,
        old_value,
        new_value,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_date as changed_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'opportunity_field_history') }}-- load
        _loaded_at as loaded_at

    from source
    -- Fivetran's history mode puts whole versions of the record under this name: no changes
    where opportunity_id is not null

)

select * from renamed
