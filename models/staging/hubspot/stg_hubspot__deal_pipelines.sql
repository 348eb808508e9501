with

source as (

    {{ newest_rows('hubspot', 'deal_pipeline') }}

),

renamed as (

    select
        -- ids
        {{ text('pipeline_id') }} as hubspot_pipeline_id,

        -- strings
        {{ text('label') }} as pipeline_name,

        -- numerics
        display_order,

        -- booleans
        active as is_active,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal_pipeline') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
