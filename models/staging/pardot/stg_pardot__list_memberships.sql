with

source as (

    {{ newest_rows('pardot', 'list_membership') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_list_membership_id,
        {{ text('list_id') }} as pardot_list_id,
        {{ text('prospect_id') }} as pardot_prospect_id,

        -- booleans
        opted_out as is_opted_out,
        {{ is_deleted_row(['_fivetran_deleted', 'is_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'list_membership') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
