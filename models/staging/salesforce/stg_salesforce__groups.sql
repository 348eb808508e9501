with

source as (

    {{ newest_rows('salesforce', 'group') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_group_id,

        -- strings
        {{ text('name') }} as group_name,
        {{ text('developer_name') }} as developer_name,
        {{ text('type') }} as group_type,
        {{ text('email') }} as email,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'group') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
