-- A person is excluded as a whole: one staff or test record takes every record of the same person with it.
with

records as (

    select * from {{ ref('int_people__records') }}

),

nodes as (

    select record_key, node from {{ ref('int_people__nodes') }}

),

components as (

    select node, component from {{ ref('int_people__components') }}

),

internal_domains as (

    select distinct lower(trim(domain)) as domain from {{ ref('internal_domains') }}

),

test_record_patterns as (

    select attribute, lower(pattern) as pattern, reason from {{ ref('test_record_patterns') }}

),

internal_records as (

    select distinct records.record_key, 'Internal domain' as reason
    from records
    inner join internal_domains
        on
            records.email_domain = internal_domains.domain
            or split_part(records.email, '@', 2) = internal_domains.domain

),

test_records as (

    select records.record_key, min(test_record_patterns.reason) as reason
    from records
    inner join test_record_patterns
        on
            case test_record_patterns.attribute
                when 'email' then coalesce(records.email, lower(records.raw_email))
                when 'full_name' then lower(records.full_name)
                when 'first_name' then lower(records.first_name)
                when 'last_name' then lower(records.last_name)
                when 'company_name' then lower(records.company_name)
                when 'title' then lower(records.title)
            end like test_record_patterns.pattern
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
        coalesce(internal_records.reason, test_records.reason) as own_reason
    from records
    inner join nodes on records.record_key = nodes.record_key
    left join components on nodes.node = components.node
    left join internal_records on records.record_key = internal_records.record_key
    left join test_records on records.record_key = test_records.record_key

),

excluded_people as (

    select distinct first_node from resolved where own_reason is not null

),

lead_records as (

    select
        resolved.record_key,
        {{ key(['first_records.record_key']) }} as lead_id,
        resolved.source_system,
        resolved.source_object,
        resolved.source_id,
        resolved.is_deleted,
        resolved.merged_into_record_key,
        excluded_people.first_node is not null as is_excluded,
        case
            when excluded_people.first_node is not null
                then coalesce(resolved.own_reason, 'Same person as an excluded record')
        end as excluded_reason
    from resolved
    inner join nodes as first_records on resolved.first_node = first_records.node
    left join excluded_people on resolved.first_node = excluded_people.first_node

)

select * from lead_records
