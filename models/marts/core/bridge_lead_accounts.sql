{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__rematched', 'key': 'lead_id'}
) }}

{#
    Every account that could be a lead's, from every method, in the order in which the methods are tried. The first
    candidate is the account; the others are the runners-up.
#}
-- depends_on: {{ ref('int_people__rematched') }}
with

leads as (

    select lead_id, email_domain, email_domain_class, company_name
    from {{ ref('int_people__leads') }}
    where {{ is_among('int_people__rematched', 'lead_id') }}

),

lead_records as (

    select record_key, lead_id
    from {{ ref('bridge_lead_records') }}
    where not is_excluded and {{ is_among('int_people__rematched', 'lead_id') }}

),

records as (

    select
        record_key,
        source_system,
        source_object,
        account_record_key,
        is_deleted or merged_into_record_key is not null as is_dead,
        modified_at
    from {{ ref('int_people__records') }}

),

account_records as (

    {{ accounts_of_keys() }}

),

standings as (

    select * from {{ ref('int_accounts__standings') }} where not is_deleted

),

account_domains as (

    select domain, account_id, domain_class from {{ ref('int_accounts__domains') }}

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

-- 1: what a person decided; the latest decision stands
override_candidates as (

    select * from {{ ref('int_people__overrides') }}
    where {{ is_among('int_people__rematched', 'lead_id') }}

),

match_methods as (

    select * from {{ ref('match_methods') }}

),

-- 2: what the CRM links: the contact's account, the converted account, HubSpot's primary company
crm_candidates as (

    select
        lead_records.lead_id,
        'crm_link' as match_method,
        account_records.account_id,
        cast(null as {{ api_type('string') }}) as inferred_domain,
        row_number() over (
            partition by lead_records.lead_id
            order by
                records.is_dead asc nulls last,
                case
                    when records.source_system = 'hubspot' then 3
                    when records.source_object = 'contact' then 1
                    else 2
                end asc nulls last,
                records.modified_at desc nulls last,
                records.record_key asc nulls last
        ) as candidate_rank
    from records
    inner join lead_records on records.record_key = lead_records.record_key
    inner join account_records on records.account_record_key = account_records.record_key
    inner join standings on account_records.account_id = standings.account_id
    where records.source_system in ('salesforce', 'hubspot')

),

-- 3 and 4: who owns the corporate domain; once per domain, not per lead
domain_candidates as (

    select
        leads.lead_id,
        case when domain_owners.owner_count = 1 then 'email_domain' else 'ambiguous_domain' end as match_method,
        domain_owners.account_id,
        cast(null as {{ api_type('string') }}) as inferred_domain,
        domain_owners.owner_rank as candidate_rank
    from leads
    inner join domain_owners on leads.email_domain = domain_owners.domain

),

-- 5: a corporate domain that nobody owns
owned_domains as (

    select distinct domain from domain_owners

),

inferred_candidates as (

    select
        leads.lead_id,
        'inferred' as match_method,
        {{ key(["'domain:' || leads.email_domain"]) }} as account_id,
        leads.email_domain as inferred_domain,
        1 as candidate_rank
    from leads
    left join owned_domains on leads.email_domain = owned_domains.domain
    where leads.email_domain_class = 'corporate' and owned_domains.domain is null

),

-- 6: the one account that bears the company's name; several namesakes are runners-up only
name_candidates as (

    select
        leads.lead_id,
        case when named_accounts.namesakes = 1 then 'company_name' end as match_method,
        named_accounts.account_id,
        cast(null as {{ api_type('string') }}) as inferred_domain,
        named_accounts.name_rank as candidate_rank
    from leads
    inner join normalised_names on leads.company_name = normalised_names.raw_name
    inner join named_accounts on normalised_names.normalised_name = named_accounts.normalised_name

),

candidates as (

    select lead_id, 'override' as match_method, account_id, inferred_domain, candidate_rank from override_candidates
    union all
    select lead_id, match_method, account_id, inferred_domain, candidate_rank from crm_candidates
    union all
    select lead_id, match_method, account_id, inferred_domain, candidate_rank from domain_candidates
    union all
    select lead_id, match_method, account_id, inferred_domain, candidate_rank from inferred_candidates
    union all
    select lead_id, match_method, account_id, inferred_domain, candidate_rank from name_candidates

),

-- a namesake among several has no method: it comes last and is never chosen
ranked as (

    select
        candidates.lead_id,
        candidates.match_method,
        candidates.account_id,
        candidates.inferred_domain,
        row_number() over (
            partition by candidates.lead_id
            order by
                match_methods.method_order asc nulls last,
                candidates.candidate_rank asc nulls last,
                candidates.account_id asc nulls last
        ) as match_rank
    from candidates
    left join match_methods on candidates.match_method = match_methods.match_method

),

matches as (

    select lead_id, match_method, account_id, inferred_domain
    from ranked
    where match_rank = 1 and match_method is not null

),

runners_up as (

    select lead_id, {{ ordered_text('account_id', 'match_rank') }} as candidate_account_ids
    from (
        select ranked.lead_id, ranked.account_id, min(ranked.match_rank) as match_rank
        from ranked
        left join matches on ranked.lead_id = matches.lead_id
        where matches.account_id is null or ranked.account_id <> matches.account_id
        group by ranked.lead_id, ranked.account_id
    ) as others
    group by lead_id

),

corporate_accounts as (

    select distinct account_id from account_domains where domain_class = 'corporate'

),

lead_accounts as (

    select
        leads.lead_id,
        matches.account_id,
        match_methods.match_method,
        match_methods.match_confidence,
        match_methods.match_method = 'ambiguous_domain' as is_ambiguous,
        -- a CRM link is doubted when the account stands on another corporate domain than the person's address
        match_methods.needs_review
        or (
            match_methods.match_method = 'crm_link'
            and leads.email_domain_class is not distinct from 'corporate'
            and corporate_accounts.account_id is not null
            and account_domains.account_id is null
        ) as needs_review,
        runners_up.candidate_account_ids
    from leads
    left join matches on leads.lead_id = matches.lead_id
    inner join match_methods on coalesce(matches.match_method, 'unmatched') = match_methods.match_method
    left join runners_up on leads.lead_id = runners_up.lead_id
    left join corporate_accounts on matches.account_id = corporate_accounts.account_id
    left join account_domains
        on
            matches.account_id = account_domains.account_id
            and leads.email_domain = account_domains.domain

)

select * from lead_accounts
