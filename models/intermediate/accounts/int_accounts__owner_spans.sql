{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'account_id'}
) }}

-- Who owned an account when, as int_lifecycle__owner_spans says it of leads.
-- depends_on: {{ ref('int_accounts__affected') }}
with

account_records as (

    select * from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

),

bridge_records as (

    select * from {{ ref('bridge_account_records') }}

),

account_history as (

    select * from {{ ref('stg_salesforce__account_history') }}
    where {{ is_record_among('int_accounts__affected', 'salesforce:account', 'salesforce_account_id') }}

),

hubspot_history as (

    select * from {{ ref('stg_hubspot__company_property_history') }}
    where {{ is_record_among('int_accounts__affected', 'hubspot:company', 'hubspot_company_id') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

records as (

    select
        account_records.record_key,
        bridge_records.account_id,
        account_records.owner_id,
        account_records.created_at,
        account_records.is_deleted,
        coalesce(survivorship.priority, 99) as priority
    from account_records
    inner join bridge_records
        on account_records.record_key = bridge_records.record_key
    left join survivorship
        on
            account_records.source_system = survivorship.source_system
            and account_records.source_object = survivorship.source_object
            and survivorship.entity = 'account'
            and survivorship.attribute = 'owner_id'
    where not bridge_records.is_excluded

),

salesforce_changes as (

    {{ salesforce_owner_changes('account_history', 'account') }}

),

hubspot_changes as (

    select
        'hubspot:company:' || hubspot_company_id as record_key,
        changed_at,
        'hubspot:owner:' || nullif(trim(property_value), '') as new_owner_id
    from hubspot_history
    where lower(property_name) = 'hubspot_owner_id' and not is_deleted and changed_at is not null

),

{{ owner_spans('account') }}

select * from owner_spans
