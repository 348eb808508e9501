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

unextracted as (

    select
        record_key,
        lead_id,
        split_part(record_key, ':', 1) as source_system,
        split_part(record_key, ':', 2) as source_object
    from {{ ref('int_people__unextracted') }}
    where {{ is_among('int_people__affected', 'record_key') }}

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

owner_ranks as (

    select source_system, source_object, priority
    from survivorship
    where entity = 'lead' and attribute = 'owner_id'

),

-- Of a record that was merged away before anybody extracted it, what its history tells counts as a deleted record's.
records as (

    select
        people.record_key,
        lead_records.lead_id,
        people.owner_id,
        people.created_at,
        people.is_deleted or people.merged_into_record_key is not null as is_deleted,
        coalesce(owner_ranks.priority, 99) as priority
    from people
    inner join lead_records
        on people.record_key = lead_records.record_key
    left join owner_ranks
        on
            people.source_system = owner_ranks.source_system
            and people.source_object = owner_ranks.source_object
    where not lead_records.is_excluded
    union all
    select
        unextracted.record_key,
        unextracted.lead_id,
        cast(null as {{ api_type('string') }}),
        cast(null as timestamp),
        true,
        coalesce(owner_ranks.priority, 99)
    from unextracted
    left join owner_ranks
        on
            unextracted.source_system = owner_ranks.source_system
            and unextracted.source_object = owner_ranks.source_object

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
