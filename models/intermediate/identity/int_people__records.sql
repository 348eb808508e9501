{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__changed', 'key': 'record_key'}
) }}

-- Every person record in one shape, as its source tells it: what exists at the instant that the build describes. Read
-- anew for who changed.
-- depends_on: {{ ref('int_people__changed') }}
with

salesforce_leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where {{ is_record_among('int_people__changed', 'salesforce:lead', 'salesforce_lead_id') }}

),

salesforce_contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}
    where {{ is_record_among('int_people__changed', 'salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where {{ is_record_among('int_people__changed', 'hubspot:contact', 'hubspot_contact_id') }}

),

hubspot_contact_companies as (

    select * from {{ ref('stg_hubspot__contact_companies') }}
    where {{ is_record_among('int_people__changed', 'hubspot:contact', 'hubspot_contact_id') }}

),

marketo_leads as (

    select * from {{ ref('stg_marketo__leads') }}
    where {{ is_record_among('int_people__changed', 'marketo:lead', 'marketo_lead_id') }}

),

marketo_deletions as (

    select marketo_lead_id, occurred_at from {{ ref('stg_marketo__delete_lead_activities') }}

),

pardot_prospects as (

    select * from {{ ref('stg_pardot__prospects') }}
    where {{ is_record_among('int_people__changed', 'pardot:prospect', 'pardot_prospect_id') }}

),

-- Type 1 is HubSpot's label for a contact's primary company; ids of labels that users defined mean what they please.
primary_companies as (

    select hubspot_contact_id, min(hubspot_company_id) as hubspot_company_id
    from hubspot_contact_companies
    where
        association_type_id = '1'
        and coalesce(upper(category), 'HUBSPOT_DEFINED') = 'HUBSPOT_DEFINED'
        and not is_deleted
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
        case when {{ has_converted() }} then 'salesforce:account:' || converted_salesforce_account_id end as account_record_key,
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

links as (

    select * from {{ ref('int_people__links') }}

),

hosts as (

    select * from {{ ref('int_domains__hosts') }}

),

role_mailboxes as (

    select distinct lower(trim(local_part)) as local_part from {{ ref('role_mailboxes') }}

),

countries as (

    select spelling, country_code from {{ source('reference', 'countries') }}

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
        additional_emails,
        {{ normalised_email('raw_email') }} as email
    from united
    where record_key is not null and (created_at is null or created_at <= {{ as_of() }})

),

addressed as (

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
        is_opted_out,
        bounced_at,
        is_address_refused,
        is_deleted,
        account_record_key,
        created_at,
        modified_at,
        loaded_at,
        first_loaded_at,
        additional_emails,
        email,
        split_part(email, '@', 2) as email_host,
        {{ matching_email('email') }} as matching_email
    from existing

),

-- The latest merge that a source dates says where a record went; an undated list says it only if nothing else does.
stated_merges as (

    select record_key, linked_record_key as merged_into_record_key
    from (
        select
            record_key,
            linked_record_key,
            row_number() over (
                partition by record_key order by stated_at desc nulls last, linked_record_key asc nulls last
            ) as merge_rank
        from links
        where rule = 'merge'
    ) as ranked
    where merge_rank = 1

),

records as (

    select
        addressed.record_key,
        addressed.source_system,
        addressed.source_object,
        addressed.source_id,
        addressed.email,
        addressed.raw_email,
        addressed.matching_email,
        hosts.domain as email_domain,
        hosts.domain_class as email_domain_class,
        role_mailboxes.local_part is not null as is_role_mailbox,
        addressed.first_name,
        addressed.last_name,
        addressed.full_name,
        addressed.title,
        addressed.company_name,
        addressed.website,
        coalesce(codes.country_code, names.country_code) as country_code,
        addressed.phone,
        addressed.lead_source,
        addressed.status,
        addressed.lead_status_reason,
        addressed.owner_id,
        addressed.is_opted_out,
        addressed.bounced_at,
        addressed.is_address_refused,
        addressed.is_deleted,
        stated_merges.merged_into_record_key,
        addressed.account_record_key,
        addressed.created_at,
        addressed.modified_at,
        addressed.loaded_at,
        addressed.first_loaded_at,
        addressed.additional_emails
    from addressed
    left join hosts on addressed.email_host = hosts.host
    left join role_mailboxes on split_part(addressed.matching_email, '@', 1) = role_mailboxes.local_part
    left join countries as codes on lower(addressed.country_code) = codes.spelling
    left join countries as names on lower(addressed.country) = names.spelling
    left join stated_merges on addressed.record_key = stated_merges.record_key

)

select * from records
