with

source as (

    {{ newest_rows('hubspot', 'deal_stage') }}

),

renamed as (

    select
        -- ids
        {{ text('deal_id') }} as hubspot_deal_id,
        {{ text('value') }} as hubspot_pipeline_stage_id,

        -- strings
        {{ text('source') }} as change_source,

        -- booleans
        _fivetran_active as is_current,
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        date_entered as entered_at,
        _fivetran_start as valid_from,
        _fivetran_end as valid_to,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('hubspot', 'deal_stage') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
