{#
    What people write in a definition when they mean an account: a record's key, an account id (also a retired one) or a
    domain. A domain that several accounts share means their common ultimate parent, else the customer, the one with an
    open opportunity, the oldest. A corporate domain nobody owns means the account that is inferred from it.
#}
with

lead_account_overrides as (

    select account_ref from {{ ref('lead_account_overrides') }}

),

target_accounts as (

    select account_ref from {{ ref('target_accounts') }}

),

account_records as (

    {{ accounts_of_keys() }}

),

standings as (

    select * from {{ ref('int_accounts__standings') }} where not is_deleted

),

domains as (

    select domain, account_id from {{ ref('int_accounts__domains') }}

),

people as (

    select email_domain from {{ ref('int_people__records') }} where email_domain_class = 'corporate'

),

accounts as (

    select domain from {{ ref('int_accounts__records') }} where domain is not null

),

hosts as (

    select host, domain, domain_class from {{ ref('int_domains__hosts') }}

),

corporate_domains as (

    select distinct domain from hosts
    where domain_class = 'corporate'

),

refs as (

    select distinct
        account_ref,
        case
            when trim(account_ref) like 'salesforce:account:%' then substr(trim(account_ref), 1, 34)
            else trim(account_ref)
        end as clean_ref,
        {{ host_of('account_ref') }} as host
    from (
        select account_ref from lead_account_overrides
        union all
        select account_ref from target_accounts
    ) as named
    where account_ref is not null

),

-- References to an account that was inferred from a domain, by its id.
inferred_refs as (

    select
        refs.account_ref,
        refs.clean_ref,
        corporate_domains.domain
    from refs
    inner join corporate_domains on refs.clean_ref = {{ key(["'domain:' || corporate_domains.domain"]) }}

),

meant_domains as (

    select
        domains.domain,
        domains.account_id
    from domains
    where domains.domain in (
        select hosts.domain from refs inner join hosts on refs.host = hosts.host
        union
        select domain from inferred_refs
    )

),

shared_parents as (

    {{ shared_parents('meant_domains') }}

),

domain_owners as (

    select
        ranked.domain,
        coalesce(shared_parents.account_id, ranked.account_id) as account_id
    from (
        select
            meant_domains.domain,
            meant_domains.account_id,
            row_number() over (
                partition by meant_domains.domain
                order by
                    standings.is_customer desc nulls last,
                    standings.has_open_opportunity desc nulls last,
                    standings.age asc nulls last
            ) as owner_rank
        from meant_domains
        inner join standings on meant_domains.account_id = standings.account_id
    ) as ranked
    left join shared_parents on ranked.domain = shared_parents.domain
    where ranked.owner_rank = 1

),

id_owners as (

    select {{ key(['record_key']) }} as retired_account_id, account_id
    from {{ ref('bridge_account_records') }}
    where not is_excluded

),

-- They hold while somebody bears the domain.
borne_domains as (

    select inferred_refs.domain
    from inferred_refs
    inner join people on inferred_refs.domain = people.email_domain
    union
    select inferred_refs.domain
    from inferred_refs
    inner join domains on inferred_refs.domain = domains.domain
    union
    select inferred_refs.domain
    from inferred_refs
    inner join accounts on inferred_refs.domain = accounts.domain
    union
    select inferred_refs.domain
    from inferred_refs
    inner join hosts on inferred_refs.domain = hosts.domain
    inner join refs on hosts.host = refs.host

),

matches as (

    select refs.account_ref, account_records.account_id, cast(null as {{ api_type('string') }}) as inferred_domain
    from refs
    inner join account_records on refs.clean_ref = account_records.record_key
    union all
    select refs.account_ref, id_owners.account_id, cast(null as {{ api_type('string') }})
    from refs
    inner join id_owners on refs.clean_ref = id_owners.retired_account_id
    union all
    select
        refs.account_ref,
        coalesce(domain_owners.account_id, {{ key(["'domain:' || hosts.domain"]) }}),
        case when domain_owners.account_id is null then hosts.domain end
    from refs
    inner join hosts on refs.host = hosts.host
    left join domain_owners on hosts.domain = domain_owners.domain
    where
        refs.clean_ref not like 'salesforce:%'
        and refs.clean_ref not like 'hubspot:%'
        and (domain_owners.account_id is not null or hosts.domain_class = 'corporate')
    union all
    -- an inferred account's id, whoever owns the domain today
    select
        inferred_refs.account_ref,
        coalesce(domain_owners.account_id, inferred_refs.clean_ref),
        case when domain_owners.account_id is null then inferred_refs.domain end
    from inferred_refs
    inner join borne_domains on inferred_refs.domain = borne_domains.domain
    left join domain_owners on inferred_refs.domain = domain_owners.domain

),

live_matches as (

    select distinct matches.account_ref, matches.account_id, matches.inferred_domain
    from matches
    left join standings on matches.account_id = standings.account_id
    where matches.inferred_domain is not null or standings.account_id is not null

)

select * from live_matches
