with

source as (

    {{ newest_rows('hubspot', 'team') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as hubspot_team_id,

        -- strings
        {{ text('name') }} as team_name,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'team') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
