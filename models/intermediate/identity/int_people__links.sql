{{ config(materialized='incremental', incremental_strategy='by_news') }}

{#
    Every statement of a source that two person records are one: merges, conversions and declared ids. A pointer may
    name a record that was never extracted; two records that point to it are still one person. Deleted rows speak too:
    their pointers are resolved before they leave. `kind` and `source_id` name the row that says so.
#}
-- depends_on: {{ ref('int_records__news') }}
with

salesforce_leads as (

    select
        salesforce_lead_id,
        merged_into_salesforce_lead_id,
        converted_salesforce_contact_id,
        converted_date,
        last_modified_at,
        created_at
    from {{ ref('stg_salesforce__leads') }}
    {{ only_news('salesforce:lead', 'salesforce_lead_id') }}

),

salesforce_contacts as (

    select salesforce_contact_id, merged_into_salesforce_contact_id, last_modified_at, created_at
    from {{ ref('stg_salesforce__contacts') }}
    {{ only_news('salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_contacts as (

    select
        hubspot_contact_id,
        {{ merged_ids('merged_hubspot_contact_ids') }} as merged_hubspot_contact_ids,
        salesforce_lead_id,
        salesforce_contact_id,
        created_at
    from {{ ref('stg_hubspot__contacts') }}
    {{ only_news('hubspot:contact', 'hubspot_contact_id') }}

),

hubspot_merge_audits as (

    select
        {{ merge_audit_id() }} as audit_id,
        coalesce(surviving_hubspot_contact_id, hubspot_contact_id) as surviving_id,
        merged_hubspot_contact_id as merged_id,
        merged_at
    from {{ ref('stg_hubspot__contact_merge_audits') }}
    {{ only_news('hubspot:merge_audit', merge_audit_id()) }}

),

marketo_leads as (

    select marketo_lead_id, salesforce_lead_id, salesforce_contact_id, created_at
    from {{ ref('stg_marketo__leads') }}
    {{ only_news('marketo:lead', 'marketo_lead_id') }}

),

marketo_merges as (

    select
        marketo_activity_id,
        surviving_marketo_lead_id,
        translate(merged_marketo_lead_ids, '[]" ;', '    ,') as merged_marketo_lead_ids,
        occurred_at
    from {{ ref('stg_marketo__merge_lead_activities') }}
    {{ only_news('marketo:merge', 'marketo_activity_id') }}

),

pardot_prospects as (

    select pardot_prospect_id, salesforce_lead_id, salesforce_contact_id, created_at
    from {{ ref('stg_pardot__prospects') }}
    {{ only_news('pardot:prospect', 'pardot_prospect_id') }}

),

hubspot_merged_ids as (

    {{ explode_text('hubspot_contacts', ['hubspot_contact_id', 'created_at'], 'merged_hubspot_contact_ids', ';') }}

),

marketo_merged_ids as (

    {{ explode_text(
        'marketo_merges', ['marketo_activity_id', 'surviving_marketo_lead_id', 'occurred_at'], 'merged_marketo_lead_ids', ','
    ) }}

),

-- stated_at: when the source says it happened, where it says so; said_at: an instant before which nobody said it.
statements as (

    select
        'salesforce:lead' as kind,
        salesforce_lead_id as source_id,
        'salesforce:lead:' || salesforce_lead_id as record_key,
        'salesforce:lead:' || merged_into_salesforce_lead_id as linked_record_key,
        'merge' as rule,
        cast(null as timestamp) as stated_at,
        created_at as said_at
    from salesforce_leads
    union all
    select
        'salesforce:lead',
        salesforce_lead_id,
        'salesforce:lead:' || salesforce_lead_id,
        'salesforce:contact:' || converted_salesforce_contact_id,
        'conversion',
        cast(null as timestamp),
        created_at
    from salesforce_leads
    where {{ has_converted() }}
    union all
    select
        'salesforce:contact',
        salesforce_contact_id,
        'salesforce:contact:' || salesforce_contact_id,
        'salesforce:contact:' || merged_into_salesforce_contact_id,
        'merge',
        cast(null as timestamp),
        created_at
    from salesforce_contacts
    union all
    select
        'hubspot:contact',
        hubspot_contact_id,
        'hubspot:contact:' || {{ merged_id() }},
        'hubspot:contact:' || hubspot_contact_id,
        'merge',
        cast(null as timestamp),
        created_at
    from hubspot_merged_ids
    union all
    select
        'hubspot:merge_audit',
        audit_id,
        'hubspot:contact:' || merged_id,
        'hubspot:contact:' || surviving_id,
        'merge',
        merged_at,
        merged_at
    from hubspot_merge_audits
    union all
    select
        'hubspot:contact',
        hubspot_contact_id,
        'hubspot:contact:' || hubspot_contact_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from hubspot_contacts
    union all
    select
        'hubspot:contact',
        hubspot_contact_id,
        'hubspot:contact:' || hubspot_contact_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from hubspot_contacts
    union all
    select
        'marketo:merge',
        marketo_activity_id,
        'marketo:lead:' || {{ merged_id() }},
        'marketo:lead:' || surviving_marketo_lead_id,
        'merge',
        occurred_at,
        occurred_at
    from marketo_merged_ids
    union all
    select
        'marketo:lead',
        marketo_lead_id,
        'marketo:lead:' || marketo_lead_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from marketo_leads
    union all
    select
        'marketo:lead',
        marketo_lead_id,
        'marketo:lead:' || marketo_lead_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from marketo_leads
    union all
    select
        'pardot:prospect',
        pardot_prospect_id,
        'pardot:prospect:' || pardot_prospect_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from pardot_prospects
    union all
    select
        'pardot:prospect',
        pardot_prospect_id,
        'pardot:prospect:' || pardot_prospect_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from pardot_prospects

),

links as (

    select
        kind,
        source_id,
        record_key,
        linked_record_key,
        rule,
        max(stated_at) as stated_at
    from statements
    where
        record_key is not null
        and linked_record_key is not null
        and record_key <> linked_record_key
        and (said_at is null or said_at <= {{ as_of() }})
    group by kind, source_id, record_key, linked_record_key, rule

)

select * from links
