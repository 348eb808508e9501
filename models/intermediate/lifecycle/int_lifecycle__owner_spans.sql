-- Who owned a lead when. The source first in survivorship that knows an owner at that time speaks: the contact that a
-- lead was converted into from its creation on, until then the lead; live records before deleted and merged-away ones.
with

people as (

    select * from {{ ref('int_people__records') }}

),

lead_records as (

    select * from {{ ref('bridge_lead_records') }}

),

lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}

),

contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}

),

hubspot_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}

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
