{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='intent_signal_id'
) }}

with

source as (

    {{ newest_rows('files', 'intent_signals') }}

),

renamed as (

    select
        -- ids
        signal_id as intent_signal_id,

        -- strings
        email,
        domain,
        topic,
        vendor,

        -- numerics
        strength as signal_strength,

        -- timestamps
        occurred_at,
        updated_at as last_modified_at,

        {{ passthrough_columns('files', 'intent_signals') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source
    -- a key that the full key set lacks; the organisation's own rows have no pointers to keep
    where not {{ is_deleted_row(['_fivetran_deleted']) }}

)

select * from renamed
