-- What decides between accounts that share a domain, apart from target tiers: a customer, then an open opportunity,
-- then age. Deleted accounts stand nowhere.
with

accounts as (

    select account_id from {{ ref('int_accounts__resolved') }} where not is_deleted

),

hierarchy as (

    select account_id, ultimate_parent_account_id, age from {{ ref('int_accounts__hierarchy') }}

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

standings as (

    select
        accounts.account_id,
        hierarchy.ultimate_parent_account_id,
        coalesce(opportunity_facts.is_customer, false) as is_customer,
        coalesce(opportunity_facts.has_open_opportunity, false) as has_open_opportunity,
        hierarchy.age
    from accounts
    inner join hierarchy on accounts.account_id = hierarchy.account_id
    left join opportunity_facts on accounts.account_id = opportunity_facts.account_id

)

select * from standings
