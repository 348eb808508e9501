{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'account_id'}
) }}

{#
    What each account's records say, attribute by attribute: a live record before a deleted or merged-away one, then the
    declared order, then the newest. Parents are still as the CRM draws them; int_accounts__standings cuts cycles.
#}
{%- set attributes = {
    'account_name': ['account_name'],
    'industry': ['industry'],
    'employee_count': ['employee_count'],
    'annual_revenue': ['annual_revenue_usd'],
    'country': ['country_code'],
    'owner_id': ['owner_id'],
    'website': [],
} -%}
-- depends_on: {{ ref('int_accounts__affected') }}
with

records as (

    select * from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

),

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

-- A deleted parent is no parent, and hides none.
live_accounts as (

    select account_id
    from {{ ref('bridge_account_records') }}
    where not is_excluded
    group by account_id
    having not {{ are_all_gone() }}

),

parent_keys as (

    {{ accounts_of_keys() }}

),

live_parents as (

    select
        parent_keys.record_key,
        parent_keys.account_id
    from parent_keys
    inner join live_accounts on parent_keys.account_id = live_accounts.account_id

),

conversion_rates as (

    {{ rates_in_force() }}

),

survivorship as (

    select
        source_system,
        source_object
        {%- for attribute in attributes %},
        min(priority) filter (where attribute = '{{ attribute }}') as {{ attribute }}_priority
        {%- endfor %}
    from {{ ref('survivorship') }}
    where entity = 'account'
    group by source_system, source_object

),

ranked as (

    select
        account_records.account_id,
        records.record_key,
        records.source_system,
        records.source_object,
        records.source_id,
        records.account_name,
        records.industry,
        records.employee_count,
        records.country_code,
        records.owner_id,
        records.parent_record_key,
        records.is_deleted,
        records.created_at,
        records.loaded_at,
        cast(
            case
                when records.currency_code is null or records.currency_code = {{ setting('corporate_currency') }}
                    then records.annual_revenue
                else cast(records.annual_revenue as double) / nullif(conversion_rates.conversion_rate, 0)
            end as decimal(18, 2)
        ) as annual_revenue_usd,
        records.is_deleted or records.merged_into_record_key is not null as is_dead,
        records.merged_into_record_key,
        row_number() over (
            partition by account_records.account_id
            order by records.modified_at desc nulls last, records.record_key asc nulls last
        ) as newness,
        row_number() over (
            partition by account_records.account_id
            order by records.created_at asc nulls last, records.record_key asc nulls last
        ) as age
    from records
    inner join account_records on records.record_key = account_records.record_key
    left join conversion_rates on records.currency_code = conversion_rates.currency_code

),

weighed as (

    select
        ranked.account_id,
        ranked.record_key,
        ranked.source_system,
        ranked.source_id,
        ranked.account_name,
        ranked.industry,
        ranked.employee_count,
        ranked.annual_revenue_usd,
        ranked.country_code,
        ranked.owner_id,
        ranked.is_deleted,
        ranked.is_dead,
        ranked.merged_into_record_key,
        ranked.age,
        ranked.created_at,
        ranked.loaded_at,
        ranked.account_id = {{ key(['ranked.record_key']) }} as is_first,
        parents.account_id as parent_account_id
        {%- for attribute in attributes %},
        (case when ranked.is_dead then 1000000 else 0 end + coalesce(survivorship.{{ attribute }}_priority, 1000))
        * 10000000000 + ranked.newness as {{ attribute }}_weight
        {%- endfor %}
    from ranked
    left join survivorship
        on
            ranked.source_system = survivorship.source_system
            and ranked.source_object = survivorship.source_object
    left join live_parents as parents on ranked.parent_record_key = parents.record_key

),

accounts as (

    select
        account_id,
        {%- for attribute, columns in attributes.items() %}{% for column in columns %}
        min_by({{ column }}, {{ attribute }}_weight) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}{% endfor %}
        min_by(source_id, (case when is_dead then 10000000000 else 0 end) + age)
            filter (where source_system = 'salesforce') as salesforce_account_id,
        min_by(source_id, (case when is_dead then 10000000000 else 0 end) + age)
            filter (where source_system = 'hubspot') as hubspot_company_id,
        -- the parent follows the order in which names survive: it is not declared on its own
        min_by(parent_account_id, account_name_weight)
            filter (where parent_account_id is not null and parent_account_id <> account_id) as parent_account_id,
        {{ are_all_gone() }} as is_deleted,
        max(case when is_first then record_key end) as first_record_key,
        max(case when is_first then created_at end) as created_at,
        min(loaded_at) as first_loaded_at
    from weighed
    group by account_id

)

select * from accounts
