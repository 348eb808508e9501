with

account_records as (

    select * from {{ ref('int_accounts__records') }}

),

bridge_records as (

    select * from {{ ref('bridge_account_records') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

targets as (

    select * from {{ ref('int_accounts__targets') }}

),

salesforce_account_history as (

    select * from {{ ref('stg_salesforce__account_history') }}

),

hubspot_company_history as (

    select * from {{ ref('stg_hubspot__company_property_history') }}

),

-- What rules or profiles of some version ask about.
asked_attributes as (

    select attribute
    from {{ ref('int_definitions__attribute_tests') }}

    union

    select attribute
    from {{ ref('int_definitions__icp_sets') }}

),

-- A band is read from the count.
used_attributes as (

    select attribute from asked_attributes

    union

    select 'employee_count' as attribute from asked_attributes
    where attribute = 'employee_band'

),

records as (

    select
        accounts.account_id as subject_id,
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
    inner join accounts
        on bridge_records.account_id = accounts.account_id

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

-- Membership of the target list counts from the agreed day; of two stays at once the better tier counts.
stays_on_list as (

    select
        account_id as subject_id,
        'target_tier' as attribute,
        cast(target_tier as {{ dbt.type_string() }}) as value,
        coalesce(target_tier, 999) as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('valid_from') }} as from_us,
        {{ end_us('valid_to') }} as to_us
    from targets
    where (valid_to is null or valid_from < valid_to) and target_tier is not null

    union all

    select
        account_id as subject_id,
        'is_target_account' as attribute,
        'true' as value,
        1 as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('valid_from') }} as from_us,
        {{ end_us('valid_to') }} as to_us
    from targets
    where valid_to is null or valid_from < valid_to

    union all

    select
        account_id as subject_id,
        'is_target_account' as attribute,
        'false' as value,
        2 as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('created_at') }} as from_us,
        {{ never_us() }} as to_us
    from accounts

),

target_values as (

    select stays_on_list.*
    from stays_on_list
    inner join used_attributes
        on stays_on_list.attribute = used_attributes.attribute

),

{{ attribute_spans('account', 'target_values') }},

told_attributes as (

    select
        subject_id as account_id,
        attribute,
        value,
        from_us,
        to_us
    from attribute_spans

    union all

    select
        account_id,
        'annual_revenue_usd' as attribute,
        cast(annual_revenue_usd as {{ dbt.type_string() }}) as value,
        {{ epoch_us('created_at') }} as from_us,
        {{ never_us() }} as to_us
    from accounts
    where annual_revenue_usd is not null

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

account_attributes as (

    select told_attributes.*
    from told_attributes
    inner join used_attributes
        on told_attributes.attribute = used_attributes.attribute

)

select * from account_attributes
