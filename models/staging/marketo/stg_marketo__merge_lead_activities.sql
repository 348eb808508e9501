with

source as (

    {{ newest_rows('marketo', 'activity_merge_leads') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_activity_id,
        {{ text('lead_id') }} as surviving_marketo_lead_id,
        {{ text('merge_ids') }} as merged_marketo_lead_ids,

        -- strings
        {{ text('merge_source') }} as merge_source,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        activity_date as occurred_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'activity_merge_leads') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
