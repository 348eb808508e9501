{{ config(materialized='view') }}

with

field_values as (

    select * from {{ ref('int_lifecycle__field_values') }}

),

lead_records as (

    {{ leads_of_keys() }}

),

status_history as (

    select
        lead_records.lead_id,
        field_values.record_key,
        field_values.source_system,
        field_values.source_object,
        field_values.field,
        field_values.raw_value,
        field_values.valid_from,
        field_values.valid_to,
        field_values.change_number,
        field_values.is_inferred,
        field_values.loaded_at
    from field_values
    inner join lead_records on field_values.record_key = lead_records.record_key
    where field_values.field <> 'rejection_reason'

)

select * from status_history
