with

source as (

    {{ newest_rows('hubspot', 'email_campaign') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as hubspot_email_campaign_id,
        {{ text('content_id') }} as content_id,

        -- strings
        {{ text('name') }} as campaign_name,
        {{ text('subject') }} as subject,
        {{ text('type') }} as campaign_type,
        {{ text('sub_type') }} as campaign_sub_type,
        {{ text('app_name') }} as app_name,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'email_campaign') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
