with

source as (

    {{ newest_rows('pardot', 'campaign') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_campaign_id,
        {{ salesforce_id('crm_fid') }} as salesforce_campaign_id,

        -- strings
        {{ text('name') }} as campaign_name,

        -- numerics
        cost,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted', 'is_deleted']) }} as is_deleted,

        -- timestamps
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'campaign') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
