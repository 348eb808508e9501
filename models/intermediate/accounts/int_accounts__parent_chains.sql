{{ config(materialized='pointer_chains') }}

-- Accounts by age, so that the lowest account of a cycle is its oldest. A parent that left the CRM is no parent.
-- Who neither has a parent nor is one stands in no chain.
with

accounts as (

    select
        account_id,
        parent_account_id,
        is_deleted,
        {{ account_age() }} as age
    from {{ ref('int_accounts__resolved') }}

),

live_accounts as (

    select * from accounts where not is_deleted

),

parented as (

    select
        live_accounts.age,
        parents.age as parent_age
    from live_accounts
    inner join live_accounts as parents on live_accounts.parent_account_id = parents.account_id

),

tops as (

    select distinct parented.parent_age as age
    from parented
    left join parented as above on parented.parent_age = above.age
    where above.age is null

),

pointers as (

    select
        age as node,
        parent_age as next_node
    from parented
    union all
    select
        age as node,
        age as next_node
    from tops

)

select * from pointers
