{{ config(materialized='pointer_chains') }}

-- Into which Salesforce account each one was merged in the end, by number. Who was never merged stands in no chain, unless
-- others were merged into it; who merged in a circle stands for its lowest number.
with

nodes as (

    select record_key, node from {{ ref('int_accounts__nodes') }}

),

records as (

    select record_key, source_system, merged_into_record_key from {{ ref('int_accounts__records') }}

),

merged_pairs as (

    select
        nodes.node,
        survivors.node as next_node
    from records
    inner join nodes on records.record_key = nodes.record_key
    inner join nodes as survivors on records.merged_into_record_key = survivors.record_key
    where records.source_system = 'salesforce'

),

chain_ends as (

    select distinct merged_pairs.next_node as node
    from merged_pairs
    left join merged_pairs as onward_merges on merged_pairs.next_node = onward_merges.node
    where onward_merges.node is null

),

pointers as (

    select node, next_node from merged_pairs
    union all
    select
        node,
        node as next_node
    from chain_ends

)

select * from pointers
