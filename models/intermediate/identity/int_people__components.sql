{{ config(materialized='connected_components', meta={'changed': 'int_people__affected'}) }}

-- Records that a link ties together or that have one e-mail, unless a role reads it, are one person. Holders of one
-- address are tied to the first of them, so a shared address costs its size and not its square.
{%- set members = ref('int_people__affected') if keeps_its_rows() else ref('int_people__nodes') %}
{%- set records = ref('int_people__affected') if keeps_its_rows() else ref('int_people__records') %}

-- depends_on: {{ ref('int_people__affected') }}
-- depends_on: {{ ref('int_people__nodes') }}
-- depends_on: {{ ref('int_people__records') }}
with

members as (

    select record_key, node from {{ members }}

),

records as (

    select record_key, matching_email, is_role_mailbox from {{ records }}

),

links as (

    select record_key, linked_record_key from {{ ref('int_people__links') }}

),

holders as (

    select members.node, records.matching_email
    from members
    inner join records on members.record_key = records.record_key
    where records.matching_email is not null and not records.is_role_mailbox

),

first_holders as (

    select matching_email, min(node) as first_node
    from holders
    group by matching_email
    having count(*) > 1

),

edges as (

    select
        first_holders.first_node as left_node,
        holders.node as right_node
    from holders
    inner join first_holders on holders.matching_email = first_holders.matching_email
    where holders.node <> first_holders.first_node
    union
    select members.node as left_node, linked.node as right_node
    from links
    inner join members on links.record_key = members.record_key
    inner join members as linked on links.linked_record_key = linked.record_key

)

select * from edges
