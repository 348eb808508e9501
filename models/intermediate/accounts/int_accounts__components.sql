{{ config(materialized='connected_components', meta={'changed': 'int_accounts__affected'}) }}

-- Companies of HubSpot join a Salesforce account by domain only when it is the one live account that has the domain.
{%- set members = ref('int_accounts__affected') if keeps_its_rows() else ref('int_accounts__nodes') %}

-- depends_on: {{ ref('int_accounts__affected') }}
-- depends_on: {{ ref('int_accounts__nodes') }}
with

members as (

    select record_key, node from {{ members }}

),

records as (

    select
        record_key,
        source_system,
        domain,
        domain_class,
        is_deleted,
        merged_into_record_key
    from {{ ref('int_accounts__records') }}

),

links as (

    select record_key, linked_record_key from {{ ref('int_accounts__links') }}

),

single_domains as (

    select
        domain,
        min(record_key) as record_key
    from records
    where
        source_system = 'salesforce'
        and domain_class = 'corporate'
        and not is_deleted
        and merged_into_record_key is null
    group by domain
    having count(*) = 1

),

edges as (

    select
        members.node as left_node,
        owners.node as right_node
    from records
    inner join members on records.record_key = members.record_key
    inner join single_domains on records.domain = single_domains.domain
    inner join members as owners on single_domains.record_key = owners.record_key
    where records.source_system = 'hubspot' and records.domain_class = 'corporate'
    union
    select
        members.node as left_node,
        linked.node as right_node
    from links
    inner join members on links.record_key = members.record_key
    inner join members as linked on links.linked_record_key = linked.record_key

)

select * from edges
