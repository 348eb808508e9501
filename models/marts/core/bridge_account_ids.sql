{#
    Every id an account had or could have had: of each of its records, and of the account that is, was or could have been
    inferred from a domain that somebody bears or bore. Kept from the records alone, as bridge_lead_ids is. ADR 0130.
#}
with

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

records as (

    select record_key, created_at from {{ ref('int_accounts__records') }}

),

accounts as (

    select account_id, primary_domain, created_at, is_inferred from {{ ref('int_accounts__accounts') }}

),

domain_owners as (

    select domain, account_id
    from (
        select
            domain,
            account_id,
            row_number() over (partition by domain order by owner_rank asc nulls last) as owner_order
        from {{ ref('int_accounts__domain_owners') }}
    ) as ranked
    where owner_order = 1

),

people as (

    select record_key, email_domain from {{ ref('int_people__records') }} where email_domain_class = 'corporate'

),

past_addresses as (

    select record_key, split_part(email, '@', 2) as host from {{ ref('int_people__addresses') }} where valid_to is not null

),

hosts as (

    select host, domain from {{ ref('int_domains__hosts') }} where domain_class = 'corporate'

),

lead_records as (

    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded

),

lead_accounts as (

    select lead_id, account_id from {{ ref('bridge_lead_accounts') }} where account_id is not null

),

leads as (

    select lead_id, created_at from {{ ref('int_people__leads') }}

),

-- links to an account that was inferred lead to the owner that the domain's leads go to
owned_domains as (

    select domain, account_id from domain_owners
    union all
    select primary_domain as domain, account_id from accounts
    where is_inferred

),

-- and where nobody owns it and nobody is taken for it any more, to the account of the first who bore it
ownerless_hosts as (

    select hosts.host, hosts.domain
    from hosts
    left join owned_domains on hosts.domain = owned_domains.domain
    where owned_domains.domain is null

),

borne_domains as (

    select record_key, email_domain as domain
    from people
    where email_domain in (select domain from ownerless_hosts where domain > '')
    union all
    select past_addresses.record_key, ownerless_hosts.domain
    from past_addresses
    inner join ownerless_hosts on past_addresses.host = ownerless_hosts.host

),

left_domains as (

    select
        borne_domains.domain,
        lead_accounts.account_id,
        row_number() over (
            partition by borne_domains.domain order by leads.created_at asc nulls last, leads.lead_id asc nulls last
        ) as bearer_order
    from borne_domains
    inner join lead_records on borne_domains.record_key = lead_records.record_key
    inner join lead_accounts on lead_records.lead_id = lead_accounts.lead_id
    inner join leads on lead_records.lead_id = leads.lead_id

),

domain_accounts as (

    select domain, account_id from domain_owners
    union all
    select domain, account_id from left_domains where bearer_order = 1

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
    select {{ key(["'domain:' || domain_accounts.domain"]) }}, domain_accounts.account_id, accounts.created_at
    from domain_accounts
    inner join accounts on domain_accounts.account_id = accounts.account_id

)

select * from account_ids
