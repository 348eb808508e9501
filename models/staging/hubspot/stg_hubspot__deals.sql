with

source as (

    {{ newest_rows('hubspot', 'deal') }}

),

renamed as (

    select
        -- ids
        {{ text('deal_id') }} as hubspot_deal_id,
        {{ text('deal_pipeline_id') }} as hubspot_pipeline_id,
        {{ text('deal_pipeline_stage_id') }} as hubspot_pipeline_stage_id,
        {{ text('owner_id') }} as owner_id,
        {{ text('property_hs_campaign') }} as hubspot_campaign_id,
        {{ text('property_hs_merged_object_ids') }} as merged_hubspot_deal_ids,

        -- strings
        {{ text('property_dealname') }} as opportunity_name,
        {{ text('property_dealtype') }} as opportunity_type,
        {{ picklist('property_closed_lost_reason') }} as loss_reason,
        {{ text('property_deal_currency_code') }} as currency_code,
        {{ text('property_hs_next_step') }} as next_step,

        -- numerics
        property_amount as amount,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted', 'archived']) }} as is_deleted,

        -- timestamps
        property_closedate as close_at,
        property_createdate as created_at,
        property_hs_lastmodifieddate as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
