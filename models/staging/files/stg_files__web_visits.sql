with

source as (

    {{ newest_rows('files', 'web_visits') }}

),

renamed as (

    select
        -- ids
        visit_id as web_visit_id,

        -- strings
        email,
        domain,
        page_url,
        utm_campaign,
        utm_source,
        utm_medium,

        -- timestamps
        occurred_at,
        updated_at as last_modified_at,

        -- load
        _loaded_at as loaded_at,
        _first_loaded_at as first_loaded_at

    from source

)

select * from renamed
