with

source as (

    {{ newest_rows('marketo', 'activity_delete_lead') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_activity_id,
        {{ text('lead_id') }} as marketo_lead_id,

        -- strings
        {{ text('campaign') }} as campaign_name,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        activity_date as occurred_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'activity_delete_lead') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
