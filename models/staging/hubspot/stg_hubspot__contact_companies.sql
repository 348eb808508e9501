with

source as (

    {{ newest_rows('hubspot', 'contact_company') }}

),

renamed as (

    select
        -- ids
        {{ text('contact_id') }} as hubspot_contact_id,
        {{ text('company_id') }} as hubspot_company_id,
        {{ text('type_id') }} as association_type_id,

        -- strings
        {{ text('category') }} as category,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'contact_company') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
