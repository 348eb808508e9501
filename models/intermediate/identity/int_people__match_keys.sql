{#
    A number for everything on the accounts' side that decides which account a lead stands on, under the key by which leads
    reach it: a domain, a company's name as written, an account record, or the lead itself where a person decided. Set
    against the numbers of the last build: what differs stays marked until a build comes to its end (int_records__built).
#}
{%- set before = load_relation(this) if execute and not flags.FULL_REFRESH -%}
with

account_domains as (

    select domain, account_id, domain_class from {{ ref('int_accounts__domains') }}

),

account_records as (

    {{ accounts_of_keys() }}

),

standings as (

    select account_id from {{ ref('int_accounts__standings') }} where not is_deleted

),

domain_owners as (

    select * from {{ ref('int_accounts__domain_owners') }}

),

named_accounts as (

    select * from {{ ref('int_accounts__namesakes') }}

),

normalised_names as (

    select raw_name, normalised_name from {{ ref('int_names__normalised') }} where normalised_name is not null

),

overrides as (

    select * from {{ ref('int_people__overrides') }}

),

-- A CRM link is doubted by the domains of its account.
domains_of_accounts as (

    select account_id, {{ fingerprint(['domain', 'domain_class']) }} as fingerprint
    from account_domains
    group by account_id

),

known_now as (

    select
        'domain' as kind,
        domain as match_key,
        {{ fingerprint(['account_id', 'owner_count', 'owner_rank']) }} as fingerprint
    from domain_owners
    group by domain
    union all
    select
        'name',
        normalised_names.raw_name,
        {{ fingerprint(['named_accounts.account_id', 'named_accounts.name_rank', 'named_accounts.namesakes']) }}
    from normalised_names
    inner join named_accounts on normalised_names.normalised_name = named_accounts.normalised_name
    group by normalised_names.raw_name
    union all
    select
        'account',
        account_records.record_key,
        {{ fingerprint(['account_records.account_id', 'domains_of_accounts.fingerprint']) }}
    from account_records
    inner join standings on account_records.account_id = standings.account_id
    left join domains_of_accounts on account_records.account_id = domains_of_accounts.account_id
    group by account_records.record_key
    union all
    select
        'lead',
        lead_id,
        {{ fingerprint(['account_id', 'inferred_domain', 'candidate_rank']) }}
    from overrides
    group by lead_id
    union all
    -- The methods are everybody's.
    select
        'methods',
        'methods',
        {{ fingerprint(['match_method', 'method_order', 'match_confidence', 'needs_review']) }}
    from {{ ref('match_methods') }}

),

known_before as (

    {% if before %}
    select
        kind,
        match_key,
        fingerprint,
        is_changed
    from {{ before }}
    {% else %}
    select
        kind,
        match_key,
        fingerprint,
        true as is_changed
    from known_now
    where 1 = 0
    {% endif %}

),

match_keys as (

    select
        coalesce(known_now.kind, known_before.kind) as kind,
        coalesce(known_now.match_key, known_before.match_key) as match_key,
        known_now.fingerprint,
        coalesce(
            known_before.is_changed or (known_now.fingerprint is distinct from known_before.fingerprint), false
        ) as is_changed
    from known_now
    full outer join known_before
        on known_now.kind = known_before.kind and known_now.match_key = known_before.match_key

)

select * from match_keys
