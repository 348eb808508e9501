{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'lead_id'}
) }}

-- Who owned a lead when. The source first in survivorship that knows an owner at that time speaks: the contact that a
-- lead was converted into from its creation on, until then the lead; live records before deleted and merged-away ones.
-- depends_on: {{ ref('int_people__affected') }}
with

people as (

    {{ resolved_people() }}

),

lead_records as (

    select * from {{ ref('bridge_lead_records') }}

),

lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}
    where {{ is_record_among('int_people__affected', 'salesforce:lead', 'salesforce_lead_id') }}

),

contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}
    where {{ is_record_among('int_people__affected', 'salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}
    where {{ is_record_among('int_people__affected', 'hubspot:contact', 'hubspot_contact_id') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

records as (

    select
        people.record_key,
        lead_records.lead_id,
        people.owner_id,
        people.created_at,
        people.is_deleted,
        coalesce(survivorship.priority, 99) as priority
    from people
    inner join lead_records
        on people.record_key = lead_records.record_key
    left join survivorship
        on
            people.source_system = survivorship.source_system
            and people.source_object = survivorship.source_object
            and survivorship.entity = 'lead'
            and survivorship.attribute = 'owner_id'
    where not lead_records.is_excluded

),

salesforce_changes as (

    {{ salesforce_owner_changes('lead_history', 'lead') }}

    union all

    {{ salesforce_owner_changes('contact_history', 'contact') }}

),

hubspot_changes as (

    select
        'hubspot:contact:' || hubspot_contact_id as record_key,
        changed_at,
        'hubspot:owner:' || nullif(trim(property_value), '') as new_owner_id
    from hubspot_history
    where property_name = 'hubspot_owner_id' and not is_deleted and changed_at is not null

),

{{ owner_spans('lead') }}

select * from owner_spans
