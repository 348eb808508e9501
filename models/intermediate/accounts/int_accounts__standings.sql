-- Where an account stands: its place in the hierarchy, and what decides between accounts that share a domain, apart from
-- target tiers. A cycle is cut at its oldest account, which becomes the top of everything that leads into it.
with

accounts as (

    select
        account_id,
        is_deleted,
        {{ account_age() }} as age
    from {{ ref('int_accounts__resolved') }}

),

chains as (

    select node, next_node, last_node, lowest_node from {{ ref('int_accounts__parent_chains') }}

),

opportunities as (

    select account_id, is_open, is_won, created_at from {{ ref('int_opportunities__unified') }}

),

opportunity_facts as (

    select
        account_id,
        max(case when is_won then 1 else 0 end) = 1 as is_customer,
        max(case when is_open then 1 else 0 end) = 1 as has_open_opportunity
    from opportunities
    where account_id is not null and (created_at is null or created_at <= {{ as_of() }})
    group by account_id

),

-- Where some chain ends and still goes on: that is a cycle. Every node of it is the end of some chain.
cycle_nodes as (

    select distinct last_node as node
    from chains
    where last_node in (select others.node from chains as others where others.node <> others.next_node)

),

standings as (

    select
        accounts.account_id,
        accounts.is_deleted,
        accounts.age,
        case
            when chains.next_node is null or chains.next_node = chains.node then null
            when cycle_nodes.node is not null and chains.lowest_node = chains.node then null
            else parents.account_id
        end as parent_account_id,
        coalesce(tops.account_id, accounts.account_id) as ultimate_parent_account_id,
        cycle_nodes.node is not null as is_in_cycle,
        coalesce(cycle_nodes.node is not null and chains.lowest_node = chains.node, false) as is_cycle_cut,
        coalesce(opportunity_facts.is_customer, false) as is_customer,
        coalesce(opportunity_facts.has_open_opportunity, false) as has_open_opportunity
    from accounts
    left join chains on accounts.age = chains.node
    left join accounts as parents on chains.next_node = parents.age
    left join accounts as tops on chains.lowest_node = tops.age
    left join cycle_nodes on chains.node = cycle_nodes.node
    left join opportunity_facts on accounts.account_id = opportunity_facts.account_id

)

select * from standings
