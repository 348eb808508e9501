with

source as (

    {{ newest_rows('hubspot', 'owner_team') }}

),

renamed as (

    select
        -- ids
        {{ text('owner_id') }} as hubspot_owner_id,
        {{ text('team_id') }} as hubspot_team_id,

        -- booleans
        is_team_primary as is_primary,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'owner_team') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
