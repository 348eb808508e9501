with

source as (

    {{ newest_rows('hubspot', 'form') }}

),

renamed as (

    select
        -- ids
        {{ text('guid') }} as hubspot_form_id,

        -- strings
        {{ text('name') }} as form_name,
        {{ text('form_type') }} as form_type,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'form') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
