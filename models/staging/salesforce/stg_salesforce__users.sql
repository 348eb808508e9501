with

source as (

    {{ newest_rows('salesforce', 'user') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_user_id,
        {{ salesforce_id('manager_id') }} as manager_salesforce_user_id,
        {{ salesforce_id('user_role_id') }} as salesforce_user_role_id,

        -- strings
        {{ text('name') }} as full_name,
        {{ text('email') }} as email,
        {{ text('username') }} as username,
        {{ text('title') }} as title,
        {{ picklist('department') }} as department,
        {{ text('division') }} as division,
        {{ text('time_zone_sid_key') }} as time_zone,
        {{ picklist('country_code') }} as country_code,

        -- booleans
        is_active,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'user') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
