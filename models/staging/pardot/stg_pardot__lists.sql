with

source as (

    {{ newest_rows('pardot', 'list') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_list_id,

        -- strings
        {{ text('name') }} as list_name,
        {{ text('title') }} as list_title,

        -- booleans
        is_dynamic,
        {{ is_deleted_row(['_fivetran_deleted', 'is_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'list') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
