{{ config(
    materialized='incremental',
    incremental_strategy='by_key',
    unique_key='pardot_prospect_id'
) }}

with

source as (

    {{ newest_rows('pardot', 'prospect') }}

),

renamed as (

    select
        -- ids
        {{ text('id') }} as pardot_prospect_id,
        {{ text('campaign_id') }} as pardot_campaign_id,
        {{ text('user_id') }} as owner_id,
        coalesce(
            {{ salesforce_id('crm_lead_fid') }},
            case when trim(salesforce_id) like '00Q%' then {{ salesforce_id('salesforce_id') }} end
        ) as salesforce_lead_id,
        coalesce(
            {{ salesforce_id('crm_contact_fid') }},
            case when trim(salesforce_id) like '003%' then {{ salesforce_id('salesforce_id') }} end
        ) as salesforce_contact_id,
        {{ salesforce_id('crm_account_fid') }} as salesforce_account_id,
        {{ salesforce_id('crm_owner_fid') }} as salesforce_owner_id,
        {{ text('prospect_account_id') }} as prospect_account_id,

        -- strings
        {{ text('email') }} as email,
        {{ text('first_name') }} as first_name,
        {{ text('last_name') }} as last_name,
        {{ picklist('job_title') }} as title,
        {{ picklist('company') }} as company_name,
        {{ text('website') }} as website,
        {{ text('phone') }} as phone,
        {{ picklist('country') }} as country,
        {{ picklist('industry') }} as industry,
        {{ picklist('source') }} as lead_source,
        {{ text('employees') }} as employee_count_text,
        {{ text('grade') }} as pardot_grade,

        -- numerics
        score as pardot_score,

        -- booleans
        opted_out as is_opted_out,
        is_do_not_email,
        {{ is_deleted_row(['_fivetran_deleted', 'is_deleted']) }} as is_deleted,

        -- timestamps
        last_activity_at,
        created_at,
        updated_at as last_modified_at,
        _fivetran_synced as synced_at,

        {{ passthrough_columns('pardot', 'prospect') }}-- load
        _loaded_at as loaded_at

    from source

)

select * from renamed
