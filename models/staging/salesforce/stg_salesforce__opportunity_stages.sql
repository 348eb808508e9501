with

source as (

    {{ newest_rows('salesforce', 'opportunity_stage') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_opportunity_stage_id,

        -- strings
        {{ picklist('api_name') }} as stage_name,
        {{ text('master_label') }} as stage_label,

        -- numerics
        sort_order,

        -- booleans
        is_active,
        is_closed,
        is_won,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'opportunity_stage') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
