{{ config(materialized='pointer_chains') }}

-- Accounts by age, so that the lowest account of a cycle is its oldest. A parent that left the CRM is no parent.
with

accounts as (

    select account_id, parent_account_id, age from {{ ref('int_accounts__resolved') }} where not is_deleted

),

pointers as (

    select
        cast(accounts.age as bigint) as node,
        cast(coalesce(parents.age, accounts.age) as bigint) as next_node
    from accounts
    left join accounts as parents on accounts.parent_account_id = parents.account_id

)

select * from pointers
