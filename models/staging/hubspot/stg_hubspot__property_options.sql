with

source as (

    {{ newest_rows('hubspot', 'property_option') }}

),

renamed as (

    select
        -- ids
        {{ text('property_id') }} as hubspot_property_id,

        -- strings
        {{ text('value') }} as option_value,
        {{ text('label') }} as option_label,
        {{ text('hubspot_object') }} as hubspot_object,
        {{ text('name') }} as property_name,

        -- numerics
        display_order,

        -- booleans
        hidden as is_hidden,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'property_option') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
