{{ config(materialized='incremental', incremental_strategy='by_key', unique_key='web_visit_id') }}

with

source as (

    {{ newest_rows('files', 'web_visits') }}

),

renamed as (

    select
        -- ids
        visit_id as web_visit_id,

        -- strings
        email,
        domain,
        page_url,
        utm_campaign,
        utm_source,
        utm_medium,

        -- timestamps
        occurred_at,
        updated_at as last_modified_at,

        {{ passthrough_columns('files', 'web_visits') }}-- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source
    -- a key that the full key set lacks; the organisation's own rows have no pointers to keep
    where not {{ is_deleted_row(['_fivetran_deleted']) }}

)

select * from renamed
