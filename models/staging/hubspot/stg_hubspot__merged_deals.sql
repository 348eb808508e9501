with

source as (

    {{ newest_rows('hubspot', 'merged_deal') }}

),

renamed as (

    select
        -- ids
        {{ text('deal_id') }} as surviving_hubspot_deal_id,
        {{ text('merged_deal_id') }} as merged_hubspot_deal_id,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'merged_deal') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
