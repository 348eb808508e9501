{#
    Every id an account had or could have had: of each of its records, and of the account that was inferred from a
    domain before the CRM knew its owner. Kept from the records alone, as bridge_lead_ids is. ADR 0130.
#}
with

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

records as (

    select record_key, created_at from {{ ref('int_accounts__records') }}

),

accounts as (

    select account_id, created_at, is_inferred from {{ ref('int_accounts__accounts') }}

),

standings as (

    select account_id, is_customer, has_open_opportunity, age from {{ ref('int_accounts__standings') }} where not is_deleted

),

account_domains as (

    select domain, account_id from {{ ref('int_accounts__domains') }} where domain_class = 'corporate'

),

-- links to an account that was inferred lead to the owner that the domain's leads would go to
domain_owners as (

    select domain, account_id
    from (
        select
            account_domains.domain,
            account_domains.account_id,
            row_number() over (
                partition by account_domains.domain
                order by
                    standings.is_customer desc nulls last,
                    standings.has_open_opportunity desc nulls last,
                    standings.age asc nulls last
            ) as owner_rank
        from account_domains
        inner join standings on account_domains.account_id = standings.account_id
    ) as ranked
    where owner_rank = 1

),

account_ids as (

    select
        {{ key(['account_records.record_key']) }} as account_id,
        account_records.account_id as current_account_id,
        case
            when {{ key(['account_records.record_key']) }} <> account_records.account_id
                then coalesce(records.created_at, accounts.created_at)
        end as retired_at
    from account_records
    inner join records on account_records.record_key = records.record_key
    inner join accounts on account_records.account_id = accounts.account_id
    union all
    select account_id, account_id, cast(null as timestamp) from accounts where is_inferred
    union all
    select {{ key(["'domain:' || domain_owners.domain"]) }}, domain_owners.account_id, accounts.created_at
    from domain_owners
    inner join accounts on domain_owners.account_id = accounts.account_id

)

select * from account_ids
