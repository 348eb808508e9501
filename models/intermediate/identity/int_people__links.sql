{#
    Every statement of a source that two person records are one: merges, conversions and declared ids. A pointer may
    name a record that was never extracted; two records that point to it are still one person. Deleted rows speak too:
    their pointers are resolved before they leave.
#}
with

salesforce_leads as (

    select
        salesforce_lead_id,
        merged_into_salesforce_lead_id,
        converted_salesforce_contact_id,
        last_modified_at,
        created_at
    from {{ ref('stg_salesforce__leads') }}

),

salesforce_contacts as (

    select salesforce_contact_id, merged_into_salesforce_contact_id, last_modified_at, created_at
    from {{ ref('stg_salesforce__contacts') }}

),

hubspot_contacts as (

    select
        hubspot_contact_id,
        translate(merged_hubspot_contact_ids, '[] ,', '   ;') as merged_hubspot_contact_ids,
        salesforce_lead_id,
        salesforce_contact_id,
        created_at
    from {{ ref('stg_hubspot__contacts') }}

),

hubspot_merge_audits as (

    select
        coalesce(surviving_hubspot_contact_id, hubspot_contact_id) as surviving_id,
        merged_hubspot_contact_id as merged_id,
        merged_at
    from {{ ref('stg_hubspot__contact_merge_audits') }}

),

marketo_leads as (

    select marketo_lead_id, salesforce_lead_id, salesforce_contact_id, created_at
    from {{ ref('stg_marketo__leads') }}

),

marketo_merges as (

    select
        surviving_marketo_lead_id,
        translate(merged_marketo_lead_ids, '[]" ;', '    ,') as merged_marketo_lead_ids,
        occurred_at
    from {{ ref('stg_marketo__merge_lead_activities') }}

),

pardot_prospects as (

    select pardot_prospect_id, salesforce_lead_id, salesforce_contact_id, created_at
    from {{ ref('stg_pardot__prospects') }}

),

hubspot_merged_ids as (

    {{ explode_text('hubspot_contacts', ['hubspot_contact_id', 'created_at'], 'merged_hubspot_contact_ids', ';') }}

),

marketo_merged_ids as (

    {{ explode_text(
        'marketo_merges', ['surviving_marketo_lead_id', 'occurred_at'], 'merged_marketo_lead_ids', ','
    ) }}

),

-- stated_at: when the source says it happened, where it says so; said_at: an instant before which nobody said it.
statements as (

    select
        'salesforce:lead:' || salesforce_lead_id as record_key,
        'salesforce:lead:' || merged_into_salesforce_lead_id as linked_record_key,
        'merge' as rule,
        cast(null as timestamp) as stated_at,
        created_at as said_at
    from salesforce_leads
    union all
    select
        'salesforce:lead:' || salesforce_lead_id,
        'salesforce:contact:' || converted_salesforce_contact_id,
        'conversion',
        cast(null as timestamp),
        created_at
    from salesforce_leads
    union all
    select
        'salesforce:contact:' || salesforce_contact_id,
        'salesforce:contact:' || merged_into_salesforce_contact_id,
        'merge',
        cast(null as timestamp),
        created_at
    from salesforce_contacts
    union all
    select
        'hubspot:contact:' || {{ regex_replace_all('part', "'[.]0+$'", "''") }},
        'hubspot:contact:' || hubspot_contact_id,
        'merge',
        cast(null as timestamp),
        created_at
    from hubspot_merged_ids
    union all
    select
        'hubspot:contact:' || merged_id,
        'hubspot:contact:' || surviving_id,
        'merge',
        merged_at,
        merged_at
    from hubspot_merge_audits
    union all
    select
        'hubspot:contact:' || hubspot_contact_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from hubspot_contacts
    union all
    select
        'hubspot:contact:' || hubspot_contact_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from hubspot_contacts
    union all
    select
        'marketo:lead:' || {{ regex_replace_all('part', "'[.]0+$'", "''") }},
        'marketo:lead:' || surviving_marketo_lead_id,
        'merge',
        occurred_at,
        occurred_at
    from marketo_merged_ids
    union all
    select
        'marketo:lead:' || marketo_lead_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from marketo_leads
    union all
    select
        'marketo:lead:' || marketo_lead_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from marketo_leads
    union all
    select
        'pardot:prospect:' || pardot_prospect_id,
        'salesforce:lead:' || salesforce_lead_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from pardot_prospects
    union all
    select
        'pardot:prospect:' || pardot_prospect_id,
        'salesforce:contact:' || salesforce_contact_id,
        'declared_id',
        cast(null as timestamp),
        created_at
    from pardot_prospects

),

links as (

    select record_key, linked_record_key, rule, max(stated_at) as stated_at
    from statements
    where
        record_key is not null
        and linked_record_key is not null
        and record_key <> linked_record_key
        and (said_at is null or said_at <= {{ as_of() }})
    group by record_key, linked_record_key, rule

)

select * from links
