{{ config(materialized='connected_components', meta={'changed': 'int_accounts__affected'}) }}

-- Companies of HubSpot join a Salesforce account by domain only when it is the one live account that has the domain. What was
-- merged into an account gives it its domains.
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

nodes as (

    select record_key, node from {{ ref('int_accounts__nodes') }}

),

merge_ends as (

    select node, lowest_node from {{ ref('int_accounts__merge_ends') }}

),

salesforce_records as (

    select
        records.domain,
        records.domain_class,
        records.is_deleted,
        records.merged_into_record_key,
        coalesce(merge_ends.lowest_node, nodes.node) as owner_node
    from records
    inner join nodes on records.record_key = nodes.record_key
    left join merge_ends on nodes.node = merge_ends.node
    where records.source_system = 'salesforce'

),

live_owners as (

    select owner_node
    from salesforce_records
    group by owner_node
    having min(case when is_deleted then 1 else 0 end) = 0

),

single_domains as (

    select
        salesforce_records.domain,
        min(salesforce_records.owner_node) as owner_node
    from salesforce_records
    inner join live_owners on salesforce_records.owner_node = live_owners.owner_node
    where
        salesforce_records.domain_class = 'corporate'
        and (not salesforce_records.is_deleted or salesforce_records.merged_into_record_key is not null)
    group by salesforce_records.domain
    having count(distinct salesforce_records.owner_node) = 1

),

edges as (

    select
        members.node as left_node,
        owners.node as right_node
    from records
    inner join members on records.record_key = members.record_key
    inner join single_domains on records.domain = single_domains.domain
    inner join members as owners on single_domains.owner_node = owners.node
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
