with

source as (

    {{ newest_rows('files', 'ad_spend') }}

),

renamed as (

    select
        -- ids
        {{ text('campaign_id') }} as campaign_id,

        -- strings
        {{ text('channel') }} as channel,
        {{ text('campaign_name') }} as campaign_name,
        {{ text('currency_code') }} as currency_code,

        -- numerics
        spend as spend_amount,
        clicks as click_count,
        impressions as impression_count,

        -- dates
        spend_date,

        -- timestamps
        updated_at as last_modified_at,

        {{ passthrough_columns('files', 'ad_spend') }}-- load
        _loaded_at as loaded_at

    from source
    -- a key that the full key set lacks; the organisation's own rows have no pointers to keep
    where not {{ is_deleted_row(['_fivetran_deleted']) }}

)

select * from renamed
