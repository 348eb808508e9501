with

source as (

    {{ newest_rows('pardot', 'opportunity') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_opportunity_id,
        {{ text('campaign_id') }} as pardot_campaign_id,

        -- strings
        {{ text('name') }} as opportunity_name,
        {{ picklist('stage') }} as stage_name,
        {{ picklist('status') }} as status,
        {{ text('type') }} as opportunity_type,

        -- numerics
        value as amount,
        probability,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        closed_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'opportunity') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
