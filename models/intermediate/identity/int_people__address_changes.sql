{{ config(materialized='incremental', incremental_strategy='by_news') }}

-- What each source tells about changes of a record's address, as it tells it; `kind` and `source_id` name the row.
-- depends_on: {{ ref('int_records__news') }}
with

hubspot_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}
    {{ only_news('hubspot:contact', 'hubspot_contact_id') }}

),

salesforce_lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}
    {{ only_news('salesforce:lead_history', 'salesforce_lead_history_id') }}

),

salesforce_contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}
    {{ only_news('salesforce:contact_history', 'salesforce_contact_history_id') }}

),

marketo_changes as (

    select * from {{ ref('stg_marketo__data_value_activities') }}
    {{ only_news('marketo:data_value', 'marketo_activity_id') }}

),

changes as (

    select
        'hubspot:contact' as kind,
        hubspot_contact_id as source_id,
        'hubspot:contact:' || hubspot_contact_id as record_key,
        cast(null as {{ api_type('string') }}) as old_value,
        property_value as new_value,
        changed_at
    from hubspot_history
    where property_name = 'email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:lead_history',
        salesforce_lead_history_id,
        'salesforce:lead:' || salesforce_lead_id,
        old_value,
        new_value,
        changed_at
    from salesforce_lead_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:contact_history',
        salesforce_contact_history_id,
        'salesforce:contact:' || salesforce_contact_id,
        old_value,
        new_value,
        changed_at
    from salesforce_contact_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'marketo:data_value',
        marketo_activity_id,
        'marketo:lead:' || marketo_lead_id,
        old_value,
        new_value,
        occurred_at
    from marketo_changes
    where lower(primary_attribute_value) in ('email', 'email address') and occurred_at <= {{ as_of() }}

)

select * from changes
