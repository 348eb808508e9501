with

source as (

    {{ newest_rows('salesforce', 'opportunity_history') }}

),

renamed as (

    select
        -- ids
        {{ salesforce_id('id') }} as salesforce_opportunity_history_id,
        {{ salesforce_id('opportunity_id') }} as salesforce_opportunity_id,
        {{ salesforce_id('created_by_id') }} as created_by_id,

        -- strings
        stage_name,
        forecast_category,

        -- numerics
        amount,
        probability,

        -- booleans
        {{ is_deleted_row(['is_deleted', '_fivetran_deleted']) }} as is_deleted,

        -- dates
        close_date,

        -- timestamps
        created_date as changed_at,
        system_modstamp as system_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('salesforce', 'opportunity_history') }}-- load
        _loaded_at as loaded_at

    from source
    -- Fivetran's history mode puts whole versions of the record under this name: no changes
    where opportunity_id is not null

)

select * from renamed
