-- What the domain map and the hierarchy cannot settle without a person.
with

account_domains as (

    select domain, account_id, domain_class, is_primary, is_ambiguous from {{ ref('bridge_account_domains') }}

),

standings as (

    select account_id, ultimate_parent_account_id, is_cycle_cut from {{ ref('int_accounts__standings') }}

),

resolved as (

    select account_id, parent_account_id from {{ ref('int_accounts__resolved') }}

),

lead_accounts as (

    select lead_id, account_id, match_method, needs_review from {{ ref('bridge_lead_accounts') }}

),

leads as (

    select lead_id, email_domain from {{ ref('int_people__leads') }}

),

leads_by_domain as (

    select email_domain as domain, count(*) as lead_count
    from leads
    where email_domain is not null
    group by email_domain

),

shared_domains as (

    select
        'shared_domain' as conflict_type,
        account_domains.domain,
        cast(null as {{ api_type('string') }}) as account_id,
        {{ ordered_text('account_domains.account_id', 'account_domains.account_id') }} as other_account_ids,
        count(*) as account_count,
        coalesce(max(leads_by_domain.lead_count), 0) as lead_count,
        case
            when count(distinct standings.ultimate_parent_account_id) = 1
                then 'Leads of this domain go to the common parent. Merge the accounts if they are one company.'
            else 'Merge the accounts, give them one parent, or correct the domain of those it does not belong to.'
        end as action
    from account_domains
    left join standings on account_domains.account_id = standings.account_id
    left join leads_by_domain on account_domains.domain = leads_by_domain.domain
    where account_domains.is_ambiguous and account_domains.domain_class = 'corporate'
    group by account_domains.domain

),

doubtful_links as (

    select
        'crm_link_to_other_domain' as conflict_type,
        leads.email_domain as domain,
        lead_accounts.account_id,
        cast(null as {{ api_type('string') }}) as other_account_ids,
        1 as account_count,
        count(*) as lead_count,
        'Add the domain to the account if it is theirs, or link these people to the right account.' as action
    from lead_accounts
    inner join leads on lead_accounts.lead_id = leads.lead_id
    where lead_accounts.match_method = 'crm_link' and lead_accounts.needs_review
    group by leads.email_domain, lead_accounts.account_id

),

borrowed_domains as (

    select
        'not_the_accounts_own_domain' as conflict_type,
        domain,
        account_id,
        cast(null as {{ api_type('string') }}) as other_account_ids,
        1 as account_count,
        0 as lead_count,
        'The account stands on a ' || replace(domain_class, '_', ' ')
        || ' domain: enter its own website, or list the domain in domain_class_overrides.' as action
    from account_domains
    where is_primary and domain_class <> 'corporate'

),

hierarchy_cycles as (

    select
        'hierarchy_cycle' as conflict_type,
        cast(null as {{ api_type('string') }}) as domain,
        standings.account_id,
        resolved.parent_account_id as other_account_ids,
        2 as account_count,
        0 as lead_count,
        'The account is its own ancestor: remove its parent, or that of an account below it.' as action
    from standings
    inner join resolved on standings.account_id = resolved.account_id
    where standings.is_cycle_cut

),

conflicts as (

    select conflict_type, domain, account_id, other_account_ids, account_count, lead_count, action
    from shared_domains
    union all
    select conflict_type, domain, account_id, other_account_ids, account_count, lead_count, action
    from doubtful_links
    union all
    select conflict_type, domain, account_id, other_account_ids, account_count, lead_count, action
    from borrowed_domains
    union all
    select conflict_type, domain, account_id, other_account_ids, account_count, lead_count, action
    from hierarchy_cycles

),

described as (

    select
        {{ key(['conflict_type', 'domain', 'account_id']) }} as conflict_id,
        conflict_type,
        domain,
        account_id,
        other_account_ids,
        cast(account_count as bigint) as account_count,
        cast(lead_count as bigint) as lead_count,
        action
    from conflicts

)

select * from described
