with

source as (

    {{ newest_rows('salesforce', 'user_role') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_user_role_id,
        {{ salesforce_id('parent_role_id') }} as parent_salesforce_user_role_id,

        -- strings
        {{ text('name') }} as role_name,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'user_role') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
