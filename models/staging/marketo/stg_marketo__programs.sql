with

source as (

    {{ newest_rows('marketo', 'program') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_program_id,
        {{ salesforce_id('sfdc_id') }} as salesforce_campaign_id,

        -- strings
        {{ text('name') }} as campaign_name,
        {{ text('channel') }} as program_channel,
        {{ text('type') }} as program_type,
        {{ picklist('status') }} as status,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        start_date as started_at,
        end_date as ended_at,
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'program') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
