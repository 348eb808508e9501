-- The organisation's own accounts and test accounts are excluded whole, with every record of the same company.
with

records as (

    select * from {{ ref('int_accounts__records') }}

),

nodes as (

    select record_key, node from {{ ref('int_accounts__nodes') }}

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
        coalesce(components.component, nodes.node) as first_node,
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
    inner join nodes on records.record_key = nodes.record_key
    left join components on nodes.node = components.node
    left join test_records on records.record_key = test_records.record_key

),

excluded_accounts as (

    select distinct first_node from resolved where own_reason is not null

),

account_records as (

    select
        resolved.record_key,
        {{ key(['first_records.record_key']) }} as account_id,
        resolved.source_system,
        resolved.source_object,
        resolved.source_id,
        resolved.is_deleted,
        resolved.merged_into_record_key,
        excluded_accounts.first_node is not null as is_excluded,
        case
            when excluded_accounts.first_node is not null
                then coalesce(resolved.own_reason, 'Same account as an excluded record')
        end as excluded_reason
    from resolved
    inner join nodes as first_records on resolved.first_node = first_records.node
    left join excluded_accounts on resolved.first_node = excluded_accounts.first_node

)

select * from account_records
