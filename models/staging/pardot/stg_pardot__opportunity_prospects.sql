with

source as (

    {{ newest_rows('pardot', 'opportunity_prospect') }}

),

renamed as (

    select
        -- ids
        {{ text('opportunity_id') }} as pardot_opportunity_id,
        {{ text('prospect_id') }} as pardot_prospect_id,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'opportunity_prospect') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
