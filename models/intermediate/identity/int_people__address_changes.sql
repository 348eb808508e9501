{{ config(materialized='view') }}

-- What each source tells about changes of a record's address, as it tells it.
with

hubspot_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}

),

salesforce_lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}

),

salesforce_contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}

),

marketo_changes as (

    select * from {{ ref('stg_marketo__data_value_activities') }}

),

changes as (

    select
        'hubspot:contact:' || hubspot_contact_id as record_key,
        cast(null as {{ api_type('string') }}) as old_value,
        property_value as new_value,
        changed_at
    from hubspot_history
    where property_name = 'email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:lead:' || salesforce_lead_id,
        old_value,
        new_value,
        changed_at
    from salesforce_lead_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:contact:' || salesforce_contact_id,
        old_value,
        new_value,
        changed_at
    from salesforce_contact_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'marketo:lead:' || marketo_lead_id,
        old_value,
        new_value,
        occurred_at
    from marketo_changes
    where lower(primary_attribute_value) in ('email', 'email address') and occurred_at <= {{ as_of() }}

)

select * from changes
