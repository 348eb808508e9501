with

source as (

    {{ newest_rows('salesforce', 'dated_conversion_rate') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_dated_conversion_rate_id,

        -- strings
        {{ text('iso_code') }} as currency_code,

        -- numerics
        conversion_rate,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        start_date,
        next_start_date,

        -- timestamps
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'dated_conversion_rate') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
