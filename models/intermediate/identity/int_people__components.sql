{{ config(materialized='connected_components') }}

-- Every record holds tokens: its own key, the keys it points to, and its e-mail unless a role reads it. Holders of one
-- token are one person; each is tied to the oldest holder, so a shared address costs its size and not its square.
with

nodes as (

    select record_key, node from {{ ref('int_people__nodes') }}

),

records as (

    select record_key, matching_email, is_role_mailbox from {{ ref('int_people__records') }}

),

links as (

    select record_key, linked_record_key from {{ ref('int_people__links') }}

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
    from links
    cross join node_count

),

linked_keys as (

    select record_key as token from links
    union
    select linked_record_key as token from links

),

held_tokens as (

    select nodes.node, nodes.record_key as token
    from nodes
    inner join linked_keys on nodes.record_key = linked_keys.token
    union all
    select node, record_key as token from numbered_links
    union all
    select node, linked_record_key as token from numbered_links
    union all
    select nodes.node, 'email:' || records.matching_email as token
    from records
    inner join nodes on records.record_key = nodes.record_key
    where records.matching_email is not null and not records.is_role_mailbox

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
