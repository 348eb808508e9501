{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'record_key'}
) }}
{%- set members = ref('int_accounts__affected') if is_incremental() else ref('int_accounts__nodes') %}

-- The organisation's own accounts and test accounts are excluded whole, with every record of the same company.
-- depends_on: {{ ref('int_accounts__affected') }}
-- depends_on: {{ ref('int_accounts__nodes') }}
with

records as (

    select * from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

),

members as (

    select record_key, node from {{ members }}

),

components as (

    select node, component from {{ ref('int_accounts__components') }}

),

test_record_patterns as (

    select attribute, lower(pattern) as pattern, reason from {{ ref('test_record_patterns') }}

),

test_records as (

    select records.record_key, min(test_record_patterns.reason) as reason
    from records
    inner join test_record_patterns
        on
            case test_record_patterns.attribute when 'account_name' then lower(records.account_name) end
            like test_record_patterns.pattern
    group by records.record_key

),

resolved as (

    select
        records.record_key,
        coalesce(components.component, members.node) as company,
        first_value(records.record_key) over (
            partition by coalesce(components.component, members.node)
            order by records.created_at asc nulls last, records.record_key asc nulls last
        ) as first_record_key,
        records.source_system,
        records.source_object,
        records.source_id,
        records.is_deleted,
        records.merged_into_record_key,
        case
            when records.domain_class = 'internal' then 'Internal domain'
            else test_records.reason
        end as own_reason
    from records
    inner join members on records.record_key = members.record_key
    left join components on members.node = components.node
    left join test_records on records.record_key = test_records.record_key

),

excluded_accounts as (

    select distinct company from resolved where own_reason is not null

),

account_records as (

    select
        resolved.record_key,
        {{ key(['resolved.first_record_key']) }} as account_id,
        resolved.source_system,
        resolved.source_object,
        resolved.source_id,
        resolved.is_deleted,
        resolved.merged_into_record_key,
        excluded_accounts.company is not null as is_excluded,
        case
            when excluded_accounts.company is not null
                then coalesce(resolved.own_reason, 'Same account as an excluded record')
        end as excluded_reason
    from resolved
    left join excluded_accounts on resolved.company = excluded_accounts.company

)

select * from account_records
