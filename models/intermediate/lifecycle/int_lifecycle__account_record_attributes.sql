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

used_attributes as (

    {{ used_account_attributes() }}

),

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

record_values as (

    {% for attribute in ['industry', 'employee_count', 'country_code', 'account_type'] %}
    select
        record_key,
        '{{ attribute }}' as attribute,
        {{ attribute }} as value
    from records
    where {{ attribute }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

todays as (

    select record_values.*
    from record_values
    inner join used_attributes
        on record_values.attribute = used_attributes.attribute

),

-- A change that is yet to come at the instant described tells what stood until then.
changes as (

    select
        'salesforce:account:' || salesforce_account_id as record_key,
        'salesforce' as source_system,
        'account' as source_object,
        lower(field_name) as field_name,
        old_value,
        new_value,
        {{ epoch_us('changed_at') }} as changed_us,
        salesforce_account_history_id as change_id,
        true as has_old_value
    from salesforce_account_history
    where not is_deleted

    union all

    select
        'hubspot:company:' || cast(hubspot_company_id as {{ dbt.type_string() }}) as record_key,
        'hubspot' as source_system,
        'company' as source_object,
        lower(property_name) as field_name,
        cast(null as {{ dbt.type_string() }}) as old_value,
        property_value as new_value,
        {{ epoch_us('changed_at') }} as changed_us,
        property_value as change_id,
        false as has_old_value
    from hubspot_company_history
    where not is_deleted

),

{{ attribute_spans('account') }},

told_attributes as (

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
    where attribute = 'employee_count' and try_cast(value as double) is not null

),

account_record_attributes as (

    select told_attributes.*
    from told_attributes
    inner join used_attributes
        on told_attributes.attribute = used_attributes.attribute

)

select * from account_record_attributes
