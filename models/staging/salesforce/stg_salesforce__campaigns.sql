with

source as (

    {{ newest_rows('salesforce', 'campaign') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_campaign_id,
        {{ salesforce_id('parent_id') }} as parent_salesforce_campaign_id,
        {{ salesforce_id('owner_id') }} as owner_id,

        -- strings
        {{ text('name') }} as campaign_name,
        {{ text('type') }} as campaign_type,
        {{ picklist('status') }} as status,
        {{ text('currency_iso_code') }} as currency_code,

        -- numerics
        budgeted_cost,
        actual_cost,

        -- booleans
        is_active,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        start_date,
        end_date,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'campaign') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
