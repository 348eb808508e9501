with

source as (

    {{ newest_rows('files', 'email_verifications') }}

),

renamed as (

    select
        -- strings
        {{ text('email') }} as email,
        {{ text('status') }} as verification_status,
        {{ text('provider') }} as provider,

        -- timestamps
        verified_at,

        {{ passthrough_columns('files', 'email_verifications') }}-- load
        _loaded_at as loaded_at

    from source
    -- a key that the full key set lacks; the organisation's own rows have no pointers to keep
    where not {{ is_deleted_row(['_fivetran_deleted']) }}

)

select * from renamed
