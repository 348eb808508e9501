with

source as (

    {{ newest_rows('files', 'lead_ratings') }}

),

renamed as (

    select
        -- ids
        {{ text('rating_id') }} as lead_rating_id,

        -- strings
        {{ text('record_key') }} as record_key,
        {{ text('email') }} as email,
        {{ text('rated_by') }} as rated_by,
        {{ picklist('rating') }} as rating,
        {{ text('reason') }} as reason,

        -- timestamps
        rated_at,
        updated_at as last_modified_at,

        {{ passthrough_columns('files', 'lead_ratings') }}-- load
        _loaded_at as loaded_at

    from source
    -- a key that the full key set lacks; the organisation's own rows have no pointers to keep
    where not {{ is_deleted_row(['_fivetran_deleted']) }}

)

select * from renamed
