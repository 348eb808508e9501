{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'record_key'}
) }}
{%- set members = ref('int_people__affected') if is_incremental() else ref('int_people__nodes') %}

-- A person is excluded as a whole: one staff or test record takes every record of the same person with it.
-- depends_on: {{ ref('int_people__affected') }}
-- depends_on: {{ ref('int_people__nodes') }}
with

records as (

    {{ resolved_people() }}

),

members as (

    select record_key, node from {{ members }}

),

components as (

    select node, component from {{ ref('int_people__components') }}

),

-- As they are written, for a host that stands on no domain of its own, and as they are looked up.
internal_domains as (

    select lower(trim(written.domain)) as domain from {{ ref('internal_domains') }} as written
    union
    select idna_hosts.host_ascii as domain
    from {{ ref('internal_domains') }} as written
    inner join {{ source('reference', 'idna_hosts') }} as idna_hosts on lower(trim(written.domain)) = idna_hosts.host

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
        coalesce(components.component, members.node) as person,
        first_value(records.record_key) over (
            partition by coalesce(components.component, members.node)
            order by records.created_at asc nulls last, records.record_key asc nulls last
        ) as first_record_key,
        records.source_system,
        records.source_object,
        records.source_id,
        records.is_deleted,
        records.merged_into_record_key,
        coalesce(internal_records.reason, test_records.reason) as own_reason
    from records
    inner join members on records.record_key = members.record_key
    left join components on members.node = components.node
    left join internal_records on records.record_key = internal_records.record_key
    left join test_records on records.record_key = test_records.record_key

),

excluded_people as (

    select distinct person from resolved where own_reason is not null

),

lead_records as (

    select
        resolved.record_key,
        {{ key(['resolved.first_record_key']) }} as lead_id,
        resolved.source_system,
        resolved.source_object,
        resolved.source_id,
        resolved.is_deleted,
        resolved.merged_into_record_key,
        excluded_people.person is not null as is_excluded,
        case
            when excluded_people.person is not null
                then coalesce(resolved.own_reason, 'Same person as an excluded record')
        end as excluded_reason
    from resolved
    left join excluded_people on resolved.person = excluded_people.person

)

select * from lead_records
