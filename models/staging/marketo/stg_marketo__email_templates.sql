with

source as (

    {{ newest_rows('marketo', 'email_template_history') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as marketo_email_template_id,
        version,
        {{ text('program_id') }} as marketo_program_id,

        -- strings
        {{ text('name') }} as campaign_name,
        {{ text('subject') }} as subject,
        {{ picklist('status') }} as status,

        -- booleans
        {{ is_deleted_row(['_fivetran_deleted']) }} as is_deleted,

        -- timestamps
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('marketo', 'email_template_history') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
