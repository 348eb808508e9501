{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'lead_id'}
) }}

-- depends_on: {{ ref('int_people__affected') }}
with

person_records as (

    {{ resolved_people() }}

),

lead_records as (

    select * from {{ ref('bridge_lead_records') }}

),

leads as (

    select * from {{ ref('int_people__leads') }}

),

salesforce_lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}
    where {{ is_record_among('int_people__affected', 'salesforce:lead', 'salesforce_lead_id') }}

),

salesforce_contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}
    where {{ is_record_among('int_people__affected', 'salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_contact_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}
    where {{ is_record_among('int_people__affected', 'hubspot:contact', 'hubspot_contact_id') }}

),

used_attributes as (

    select distinct
        case when attribute in ('seniority', 'buying_role') then 'title' else attribute end as attribute
    from {{ ref('int_definitions__attribute_tests') }}
    where subject = 'lead'

),

-- Live records speak before deleted and merged-away ones, as in int_people__leads.
records as (

    select
        leads.lead_id as subject_id,
        person_records.record_key,
        person_records.source_system,
        person_records.source_object,
        {{ epoch_us('person_records.created_at') }} as created_us,
        person_records.modified_at,
        person_records.title,
        person_records.country_code,
        person_records.lead_source,
        person_records.company_name,
        person_records.email_domain,
        coalesce(person_records.is_deleted, false) or person_records.merged_into_record_key is not null as is_dead
    from person_records
    inner join lead_records
        on person_records.record_key = lead_records.record_key
    inner join leads
        on lead_records.lead_id = leads.lead_id
    where not coalesce(lead_records.is_excluded, false)

),

{{ attribute_spans(
    'lead',
    ['title', 'country_code', 'lead_source', 'company_name', 'email_domain'],
    [('salesforce', 'lead'), ('salesforce', 'contact'), ('hubspot', 'contact')]
) }},

lead_attributes as (

    select
        subject_id as lead_id,
        attribute,
        value,
        from_us,
        to_us
    from attribute_spans

)

select * from lead_attributes
