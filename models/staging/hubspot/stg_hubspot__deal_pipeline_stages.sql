with

source as (

    {{ newest_rows('hubspot', 'deal_pipeline_stage') }}

),

renamed as (

    select
        -- ids
        {{ text('stage_id') }} as hubspot_pipeline_stage_id,
        {{ text('pipeline_id') }} as hubspot_pipeline_id,

        -- strings
        {{ picklist('label') }} as stage_name,

        -- numerics
        probability,
        display_order,

        -- booleans
        active as is_active,
        closed_won as is_won,
        is_closed,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal_pipeline_stage') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
