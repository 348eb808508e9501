with

source as (

    {{ newest_rows('hubspot', 'property') }}

),

renamed as (

    select
        -- ids
        {{ text('_fivetran_id') }} as hubspot_property_id,

        -- strings
        {{ text('hubspot_object') }} as hubspot_object,
        {{ text('name') }} as property_name,
        {{ text('label') }} as property_label,
        {{ text('type') }} as property_type,

        -- booleans
        hubspot_defined as is_hubspot_defined,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'property') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
