-- Who owns a corporate domain: the common ultimate parent if all owners share one, then customers, then those with an
-- open opportunity, then the better target tier, then age.
with

account_domains as (

    select domain, account_id from {{ ref('int_accounts__domains') }} where domain_class = 'corporate'

),

standings as (

    select * from {{ ref('int_accounts__standings') }} where not is_deleted

),

target_claims as (

    select account_id, target_tier, valid_from, valid_to from {{ ref('int_accounts__target_claims') }}

),

target_tiers as (

    select account_id, min(target_tier) as target_tier
    from target_claims
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > {{ as_of() }})
    group by account_id

),

ranked_owners as (

    select
        account_domains.domain,
        account_domains.account_id,
        count(*) over (partition by account_domains.domain) as owner_count,
        row_number() over (
            partition by account_domains.domain
            order by
                standings.is_customer desc nulls last,
                standings.has_open_opportunity desc nulls last,
                target_tiers.target_tier asc nulls last,
                standings.age asc nulls last
        ) as owner_rank
    from account_domains
    inner join standings on account_domains.account_id = standings.account_id
    left join target_tiers on account_domains.account_id = target_tiers.account_id

),

shared_parents as (

    {{ shared_parents('account_domains') }}

),

domain_owners as (

    select domain, account_id, owner_count, owner_rank from ranked_owners
    union all
    select shared_parents.domain, shared_parents.account_id, 2 as owner_count, 0 as owner_rank
    from shared_parents

)

select * from domain_owners
