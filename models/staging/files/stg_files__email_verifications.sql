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

        -- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
