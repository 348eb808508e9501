with

source as (

    {{ newest_rows('hubspot', 'users') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as hubspot_user_id,
        {{ text('primary_team_id') }} as primary_hubspot_team_id,
        {{ text('role_id') }} as hubspot_role_id,

        -- strings
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,
        {{ text('time_zone') }} as time_zone,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'users') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
