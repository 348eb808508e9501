with

source as (

    {{ newest_rows('hubspot', 'deal_contact') }}

),

renamed as (

    select
        -- ids
        {{ text('deal_id') }} as hubspot_deal_id,
        {{ text('contact_id') }} as hubspot_contact_id,
        {{ text('type_id') }} as association_type_id,

        -- strings
        {{ text('category') }} as category,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal_contact') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
