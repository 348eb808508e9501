with

source as (

    {{ newest_rows('marketo', 'campaign') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_campaign_id,
        {{ text('program_id') }} as marketo_program_id,

        -- strings
        {{ text('name') }} as campaign_name,
        {{ text('type') }} as campaign_type,

        -- booleans
        active as is_active,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'campaign') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
