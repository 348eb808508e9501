{{ config(materialized='connected_components') }}

-- Companies of HubSpot join a Salesforce account by domain only when it is the one live account that has the domain.
with

nodes as (

    select record_key, node from {{ ref('int_accounts__nodes') }}

),

records as (

    select record_key, source_system, domain, domain_class, is_deleted, merged_into_record_key
    from {{ ref('int_accounts__records') }}

),

links as (

    select record_key, linked_record_key from {{ ref('int_accounts__links') }}

),

node_count as (

    select coalesce(max(node), 0) as last_node from nodes

),

-- A link is a holder of its own, younger than every record: both its ends may be records that nobody extracted.
numbered_links as (

    select
        links.record_key,
        links.linked_record_key,
        node_count.last_node + row_number() over (
            order by links.record_key asc nulls last, links.linked_record_key asc nulls last
        ) as node
    from (select distinct record_key, linked_record_key from links) as links
    cross join node_count

),

single_domains as (

    select domain, min(record_key) as record_key
    from records
    where
        source_system = 'salesforce'
        and domain_class = 'corporate'
        and not is_deleted
        and merged_into_record_key is null
    group by domain
    having count(*) = 1

),

held_tokens as (

    select node, record_key as token from nodes
    union all
    select node, record_key as token from numbered_links
    union all
    select node, linked_record_key as token from numbered_links
    union all
    select nodes.node, single_domains.record_key as token
    from records
    inner join single_domains on records.domain = single_domains.domain
    inner join nodes on records.record_key = nodes.record_key
    where records.source_system = 'hubspot' and records.domain_class = 'corporate'

),

first_holders as (

    select token, min(node) as first_node
    from held_tokens
    group by token
    having count(*) > 1

),

edges as (

    select distinct
        first_holders.first_node as left_node,
        held_tokens.node as right_node
    from held_tokens
    inner join first_holders on held_tokens.token = first_holders.token
    where held_tokens.node <> first_holders.first_node

)

select * from edges
