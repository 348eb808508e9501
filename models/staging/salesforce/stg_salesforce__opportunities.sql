with

source as (

    {{ newest_rows('salesforce', 'opportunity') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_opportunity_id,
        {{ salesforce_id('account_id') }} as salesforce_account_id,
        {{ salesforce_id('owner_id') }} as owner_id,
        {{ salesforce_id('campaign_id') }} as salesforce_campaign_id,
        {{ salesforce_id('contact_id') }} as salesforce_contact_id,

        -- strings
        {{ text('name') }} as opportunity_name,
        {{ picklist('stage_name') }} as stage_name,
        {{ text('type') }} as opportunity_type,
        {{ picklist('lead_source') }} as lead_source,
        {{ text('next_step') }} as next_step,
        {{ picklist('loss_reason_c') }} as loss_reason,
        {{ text('currency_iso_code') }} as currency_code,

        -- numerics
        amount,
        probability,

        -- booleans
        is_closed,
        is_won,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        close_date,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'opportunity') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
