with

source as (

    {{ newest_rows('hubspot', 'contact_merge_audit') }}

),

renamed as (

    select
        -- ids
        {{ text('canonical_vid') }} as surviving_hubspot_contact_id,
        {{ text('vid_to_merge') }} as merged_hubspot_contact_id,
        {{ text('contact_id') }} as hubspot_contact_id,
        {{ text('user_id') }} as user_id,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        timestamp as merged_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'contact_merge_audit') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
