with

source as (

    {{ newest_rows('hubspot', 'owner') }}

),

renamed as (

    select
        -- ids
        {{ text('owner_id') }} as hubspot_owner_id,
        {{ text('active_user_id') }} as hubspot_user_id,

        -- strings
        {{ text('type') }} as owner_type,
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,

        -- booleans
        is_active,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'owner') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
