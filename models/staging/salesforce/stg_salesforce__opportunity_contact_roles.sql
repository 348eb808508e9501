with

source as (

    {{ newest_rows('salesforce', 'opportunity_contact_role') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_opportunity_contact_role_id,
        {{ salesforce_id('opportunity_id') }} as salesforce_opportunity_id,
        {{ salesforce_id('contact_id') }} as salesforce_contact_id,

        -- strings
        {{ picklist('role') }} as role,

        -- booleans
        is_primary,
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_date as created_at,
        last_modified_date as last_modified_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'opportunity_contact_role') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
