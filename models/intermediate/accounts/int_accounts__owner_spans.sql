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

unextracted as (

    select
        record_key,
        account_id,
        split_part(record_key, ':', 1) as source_system,
        split_part(record_key, ':', 2) as source_object
    from {{ ref('int_accounts__unextracted') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

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

owner_ranks as (

    select source_system, source_object, priority
    from survivorship
    where entity = 'account' and attribute = 'owner_id'

),

-- Of a record that was merged away before anybody extracted it, what its history tells counts as a deleted record's.
records as (

    select
        account_records.record_key,
        bridge_records.account_id,
        account_records.owner_id,
        account_records.created_at,
        account_records.is_deleted or account_records.merged_into_record_key is not null as is_deleted,
        coalesce(owner_ranks.priority, 99) as priority
    from account_records
    inner join bridge_records
        on account_records.record_key = bridge_records.record_key
    left join owner_ranks
        on
            account_records.source_system = owner_ranks.source_system
            and account_records.source_object = owner_ranks.source_object
    where not bridge_records.is_excluded
    union all
    select
        unextracted.record_key,
        unextracted.account_id,
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
