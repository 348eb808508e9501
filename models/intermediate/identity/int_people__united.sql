{{ config(materialized='view') }}

-- Every person record as its source tells it, in one shape: what exists at the instant that the build describes.
with

salesforce_leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

salesforce_contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

hubspot_contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

hubspot_contact_companies as (

    select * from {{ ref('stg_hubspot__contact_companies') }}

),

marketo_leads as (

    select * from {{ ref('stg_marketo__leads') }}

),

marketo_deletions as (

    select marketo_lead_id, occurred_at from {{ ref('stg_marketo__delete_lead_activities') }}

),

pardot_prospects as (

    select * from {{ ref('stg_pardot__prospects') }}

),

-- Type 1 is HubSpot's label for a contact's primary company.
primary_companies as (

    select hubspot_contact_id, min(hubspot_company_id) as hubspot_company_id
    from hubspot_contact_companies
    where association_type_id = '1' and not is_deleted
    group by hubspot_contact_id

),

deleted_marketo_leads as (

    select distinct marketo_lead_id from marketo_deletions where occurred_at <= {{ as_of() }}

),

united as (

    select
        'salesforce:lead:' || salesforce_lead_id as record_key,
        'salesforce' as source_system,
        'lead' as source_object,
        salesforce_lead_id as source_id,
        email as raw_email,
        first_name,
        last_name,
        coalesce(full_name, {{ full_name('first_name', 'last_name') }}) as full_name,
        title,
        company_name,
        website,
        country,
        country_code,
        coalesce(phone, mobile_phone) as phone,
        lead_source,
        status,
        rejection_reason as lead_status_reason,
        {{ salesforce_owner_key('owner_id') }} as owner_id,
        is_opted_out,
        email_bounced_at as bounced_at,
        false as is_address_refused,
        is_deleted,
        'salesforce:account:' || converted_salesforce_account_id as account_record_key,
        created_at,
        coalesce(system_modified_at, last_modified_at, created_at) as modified_at,
        loaded_at,
        first_loaded_at,
        cast(null as {{ api_type('string') }}) as additional_emails
    from salesforce_leads
    union all
    select
        'salesforce:contact:' || salesforce_contact_id,
        'salesforce',
        'contact',
        salesforce_contact_id,
        email,
        first_name,
        last_name,
        coalesce(full_name, {{ full_name('first_name', 'last_name') }}),
        title,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        country,
        country_code,
        coalesce(phone, mobile_phone),
        lead_source,
        status,
        rejection_reason,
        {{ salesforce_owner_key('owner_id') }},
        is_opted_out,
        email_bounced_at,
        false,
        is_deleted,
        'salesforce:account:' || salesforce_account_id,
        created_at,
        coalesce(system_modified_at, last_modified_at, created_at),
        loaded_at,
        first_loaded_at,
        cast(null as {{ api_type('string') }})
    from salesforce_contacts
    union all
    select
        'hubspot:contact:' || hubspot_contacts.hubspot_contact_id,
        'hubspot',
        'contact',
        hubspot_contacts.hubspot_contact_id,
        email,
        first_name,
        last_name,
        {{ full_name('first_name', 'last_name') }},
        title,
        company_name,
        website,
        country,
        country_code,
        coalesce(phone, mobile_phone),
        original_source,
        lead_status,
        rejection_reason,
        'hubspot:owner:' || owner_id,
        is_opted_out,
        cast(null as timestamp),
        hard_bounce_reason is not null,
        is_deleted,
        'hubspot:company:'
        || coalesce(primary_companies.hubspot_company_id, hubspot_contacts.primary_hubspot_company_id),
        created_at,
        coalesce(last_modified_at, created_at),
        loaded_at,
        first_loaded_at,
        translate(additional_emails, ',', ';')
    from hubspot_contacts
    left join primary_companies
        on hubspot_contacts.hubspot_contact_id = primary_companies.hubspot_contact_id
    union all
    select
        'marketo:lead:' || marketo_leads.marketo_lead_id,
        'marketo',
        'lead',
        marketo_leads.marketo_lead_id,
        email,
        first_name,
        last_name,
        {{ full_name('first_name', 'last_name') }},
        title,
        company_name,
        website,
        country,
        cast(null as {{ api_type('string') }}),
        phone,
        coalesce(lead_source, original_source),
        status,
        rejection_reason,
        case
            when owner_id like '005%' or owner_id like '00G%' then {{ salesforce_owner_key('owner_id') }}
            else 'marketo:user:' || owner_id
        end,
        is_opted_out,
        cast(null as timestamp),
        coalesce(is_email_invalid, false),
        is_deleted or deleted_marketo_leads.marketo_lead_id is not null,
        'salesforce:account:' || salesforce_account_id,
        created_at,
        coalesce(last_modified_at, created_at),
        loaded_at,
        first_loaded_at,
        cast(null as {{ api_type('string') }})
    from marketo_leads
    left join deleted_marketo_leads
        on marketo_leads.marketo_lead_id = deleted_marketo_leads.marketo_lead_id
    union all
    select
        'pardot:prospect:' || pardot_prospect_id,
        'pardot',
        'prospect',
        pardot_prospect_id,
        email,
        first_name,
        last_name,
        {{ full_name('first_name', 'last_name') }},
        title,
        company_name,
        website,
        country,
        cast(null as {{ api_type('string') }}),
        phone,
        lead_source,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        coalesce({{ salesforce_owner_key('salesforce_owner_id') }}, 'pardot:user:' || owner_id),
        coalesce(is_opted_out, false) or coalesce(is_do_not_email, false),
        cast(null as timestamp),
        false,
        is_deleted,
        'salesforce:account:' || salesforce_account_id,
        created_at,
        coalesce(last_modified_at, created_at),
        loaded_at,
        loaded_at,
        cast(null as {{ api_type('string') }})
    from pardot_prospects

),

existing as (

    select
        record_key,
        source_system,
        source_object,
        source_id,
        raw_email,
        first_name,
        last_name,
        full_name,
        title,
        company_name,
        website,
        country,
        country_code,
        phone,
        lead_source,
        status,
        lead_status_reason,
        owner_id,
        coalesce(is_opted_out, false) as is_opted_out,
        case when bounced_at <= {{ as_of() }} then bounced_at end as bounced_at,
        is_address_refused,
        is_deleted,
        account_record_key,
        created_at,
        modified_at,
        loaded_at,
        coalesce(first_loaded_at, loaded_at) as first_loaded_at,
        additional_emails
    from united
    where record_key is not null and (created_at is null or created_at <= {{ as_of() }})

)

select * from existing
