{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'account_id'}
) }}

-- depends_on: {{ ref('int_accounts__affected') }}
with

account_records as (

    select * from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

),

bridge_records as (

    select * from {{ ref('bridge_account_records') }}

),

salesforce_account_history as (

    select * from {{ ref('stg_salesforce__account_history') }}
    where {{ is_record_among('int_accounts__affected', 'salesforce:account', 'salesforce_account_id') }}

),

hubspot_company_history as (

    select * from {{ ref('stg_hubspot__company_property_history') }}
    where {{ is_record_among('int_accounts__affected', 'hubspot:company', 'hubspot_company_id') }}

),

{{ used_account_attributes() }},

records as (

    select
        bridge_records.account_id as subject_id,
        account_records.record_key,
        account_records.source_system,
        account_records.source_object,
        {{ epoch_us('account_records.created_at') }} as created_us,
        account_records.modified_at,
        account_records.industry,
        cast(account_records.employee_count as {{ dbt.type_string() }}) as employee_count,
        account_records.country_code,
        account_records.account_type,
        coalesce(account_records.is_deleted, false) or account_records.merged_into_record_key is not null as is_dead
    from account_records
    inner join bridge_records
        on account_records.record_key = bridge_records.record_key
    where bridge_records.account_id is not null

),

{{ attribute_spans(
    'account',
    ['industry', 'employee_count', 'country_code', 'account_type'],
    [('salesforce', 'account'), ('hubspot', 'company')]
) }},

account_record_attributes as (

    select
        subject_id as account_id,
        attribute,
        value,
        from_us,
        to_us
    from attribute_spans

    union all

    -- The bands in which the field's tools count employees.
    select
        subject_id as account_id,
        'employee_band' as attribute,
        case
            when try_cast(value as double) <= 10 then '1-10'
            when try_cast(value as double) <= 50 then '11-50'
            when try_cast(value as double) <= 200 then '51-200'
            when try_cast(value as double) <= 500 then '201-500'
            when try_cast(value as double) <= 1000 then '501-1000'
            when try_cast(value as double) <= 5000 then '1001-5000'
            when try_cast(value as double) <= 10000 then '5001-10000'
            else '10001+'
        end as value,
        from_us,
        to_us
    from attribute_spans
    where
        attribute = 'employee_count'
        and try_cast(value as double) is not null
        and 'employee_band' in (select attribute from used_attributes)

)

select * from account_record_attributes
