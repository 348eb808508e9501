{#
    Everything about identity that a person should decide, dearest first: by the open pipeline that hangs on it, then by
    the MQLs that wait on it, then by the people concerned.
#}
with

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

leads as (

    select lead_id, email_domain, company_name, is_deleted from {{ ref('int_people__leads') }}

),

records as (

    select record_key
    from {{ ref('int_people__records') }}
    where
        email is null
        and {{ squeezed('raw_email') }} <> ''
        and not is_deleted
        and merged_into_record_key is null

),

lead_records as (

    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded

),

domain_conflicts as (

    select * from {{ ref('fct_domain_conflicts') }}

),

duplicate_records as (

    select * from {{ ref('fct_duplicate_records') }}

),

lead_account_overrides as (

    select lead_ref, account_ref, decided_by from {{ ref('lead_account_overrides') }}

),

account_references as (

    select distinct account_ref from {{ ref('int_accounts__references') }}

),

opportunities as (

    select opportunity_id, account_id, amount_usd, is_open from {{ ref('int_opportunities__unified') }}

),

opportunity_leads as (

    select distinct opportunity_id, lead_id from {{ ref('int_opportunities__leads') }}

),

transitions as (

    select lead_id, to_stage, occurred_at, transition_id from {{ ref('fct_lifecycle_transitions') }}

),

account_pipeline as (

    select account_id, sum(amount_usd) as open_pipeline_usd
    from opportunities
    where is_open and account_id is not null
    group by account_id

),

lead_pipeline as (

    select opportunity_leads.lead_id, sum(opportunities.amount_usd) as open_pipeline_usd
    from opportunity_leads
    inner join opportunities on opportunity_leads.opportunity_id = opportunities.opportunity_id
    where opportunities.is_open
    group by opportunity_leads.lead_id

),

waiting_mqls as (

    select lead_id
    from (
        select
            lead_id,
            to_stage,
            row_number() over (
                partition by lead_id order by occurred_at desc nulls last, transition_id desc nulls last
            ) as newness
        from transitions
    ) as latest
    where newness = 1 and to_stage = 'mql'

),

-- what hangs on each lead by itself
lead_costs as (

    select
        coalesce(lead_pipeline.lead_id, waiting_mqls.lead_id) as lead_id,
        lead_pipeline.open_pipeline_usd,
        case when waiting_mqls.lead_id is not null then 1 end as waiting_mql_count
    from lead_pipeline
    full outer join waiting_mqls on lead_pipeline.lead_id = waiting_mqls.lead_id

),

account_waiting as (

    select lead_accounts.account_id, count(*) as waiting_mql_count
    from lead_accounts
    inner join waiting_mqls on lead_accounts.lead_id = waiting_mqls.lead_id
    where lead_accounts.account_id is not null
    group by lead_accounts.account_id

),

domain_waiting as (

    select leads.email_domain as domain, count(*) as waiting_mql_count
    from leads
    inner join waiting_mqls on leads.lead_id = waiting_mqls.lead_id
    where leads.email_domain is not null
    group by leads.email_domain

),

-- the accounts of a shared domain, to add up what hangs on them
domain_pipeline as (

    select account_domains.domain, sum(account_pipeline.open_pipeline_usd) as open_pipeline_usd
    from {{ ref('bridge_account_domains') }} as account_domains
    inner join account_pipeline on account_domains.account_id = account_pipeline.account_id
    group by account_domains.domain

),

doubtful_matches as (

    select
        'lead' as subject_type,
        lead_accounts.lead_id as subject_id,
        lead_accounts.lead_id,
        lead_accounts.account_id,
        'lead_on_' || lead_accounts.match_method as reason,
        case lead_accounts.match_method
            when 'crm_link'
                then 'The address is of another company than the linked account: '
                    || 'correct the link or the domains of the account.'
            when 'ambiguous_domain'
                then 'Several accounts share the domain: confirm this one in lead_account_overrides, or merge them.'
            when 'company_name'
                then 'Matched by the name of the company alone: confirm it in lead_account_overrides.'
            else 'No account found: name one in lead_account_overrides, '
                || 'or complete the company or e-mail of the person.'
        end as action,
        coalesce(lead_costs.open_pipeline_usd, 0) as open_pipeline_usd,
        coalesce(lead_costs.waiting_mql_count, 0) as waiting_mql_count,
        1 as lead_count
    from lead_accounts
    inner join leads on lead_accounts.lead_id = leads.lead_id
    left join lead_costs on lead_accounts.lead_id = lead_costs.lead_id
    where lead_accounts.needs_review and not leads.is_deleted

),

open_conflicts as (

    select
        case when domain_conflicts.conflict_type = 'shared_domain' then 'domain' else 'account' end as subject_type,
        coalesce(
            case when domain_conflicts.conflict_type = 'shared_domain' then domain_conflicts.domain end,
            domain_conflicts.account_id
        ) as subject_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        domain_conflicts.account_id,
        domain_conflicts.conflict_type as reason,
        domain_conflicts.action,
        coalesce(
            case
                when domain_conflicts.conflict_type = 'shared_domain' then domain_pipeline.open_pipeline_usd
                else account_pipeline.open_pipeline_usd
            end, 0
        ) as open_pipeline_usd,
        coalesce(
            case
                when domain_conflicts.account_id is null then domain_waiting.waiting_mql_count
                else account_waiting.waiting_mql_count
            end, 0
        ) as waiting_mql_count,
        domain_conflicts.lead_count
    from domain_conflicts
    left join domain_pipeline on domain_conflicts.domain = domain_pipeline.domain
    left join domain_waiting on domain_conflicts.domain = domain_waiting.domain
    left join account_pipeline on domain_conflicts.account_id = account_pipeline.account_id
    left join account_waiting on domain_conflicts.account_id = account_waiting.account_id
    -- each person behind a doubtful link has a row of their own
    where domain_conflicts.conflict_type <> 'crm_link_to_other_domain'

),

open_duplicates as (

    select
        'record' as subject_type,
        duplicate_records.record_key || ' ' || duplicate_records.kept_record_key as subject_id,
        duplicate_records.lead_id,
        duplicate_records.account_id,
        'duplicate_' || duplicate_records.rule as reason,
        duplicate_records.action,
        coalesce(lead_costs.open_pipeline_usd, account_pipeline.open_pipeline_usd, 0) as open_pipeline_usd,
        coalesce(lead_costs.waiting_mql_count, account_waiting.waiting_mql_count, 0) as waiting_mql_count,
        1 as lead_count
    from duplicate_records
    left join lead_costs on duplicate_records.lead_id = lead_costs.lead_id
    left join account_pipeline on duplicate_records.account_id = account_pipeline.account_id
    left join account_waiting on duplicate_records.account_id = account_waiting.account_id

),

-- Every record of its own: another one of the same person may have the address right.
invalid_emails as (

    select
        'record' as subject_type,
        records.record_key as subject_id,
        lead_records.lead_id,
        lead_accounts.account_id,
        'invalid_email' as reason,
        'What stands for the e-mail is no address, so that nothing is matched by it: correct or empty it in the source.'
            as action,
        coalesce(lead_costs.open_pipeline_usd, 0) as open_pipeline_usd,
        coalesce(lead_costs.waiting_mql_count, 0) as waiting_mql_count,
        1 as lead_count
    from records
    inner join lead_records on records.record_key = lead_records.record_key
    left join lead_accounts on lead_records.lead_id = lead_accounts.lead_id
    left join lead_costs on lead_records.lead_id = lead_costs.lead_id

),

lost_overrides as (

    select distinct
        'override' as subject_type,
        lead_account_overrides.account_ref as subject_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        'override_without_account' as reason,
        'No account answers to this account_ref of lead_account_overrides: correct it or remove the row.' as action,
        0 as open_pipeline_usd,
        0 as waiting_mql_count,
        0 as lead_count
    from lead_account_overrides
    left join account_references on lead_account_overrides.account_ref = account_references.account_ref
    where account_references.account_ref is null

),

queue as (

    select
        subject_type, subject_id, lead_id, account_id, reason, action, open_pipeline_usd, waiting_mql_count, lead_count
    from doubtful_matches
    union all
    select
        subject_type, subject_id, lead_id, account_id, reason, action, open_pipeline_usd, waiting_mql_count, lead_count
    from open_conflicts
    union all
    select
        subject_type, subject_id, lead_id, account_id, reason, action, open_pipeline_usd, waiting_mql_count, lead_count
    from open_duplicates
    union all
    select
        subject_type, subject_id, lead_id, account_id, reason, action, open_pipeline_usd, waiting_mql_count, lead_count
    from invalid_emails
    union all
    select
        subject_type, subject_id, lead_id, account_id, reason, action, open_pipeline_usd, waiting_mql_count, lead_count
    from lost_overrides

),

ranked as (

    select
        {{ key(['subject_type', 'subject_id', 'reason']) }} as review_id,
        row_number() over (
            order by
                open_pipeline_usd desc nulls last,
                waiting_mql_count desc nulls last,
                lead_count desc nulls last,
                reason asc nulls last,
                subject_id asc nulls last
        ) as cost_rank,
        subject_type,
        subject_id,
        lead_id,
        account_id,
        reason,
        action,
        cast(open_pipeline_usd as decimal(18, 2)) as open_pipeline_usd,
        cast(waiting_mql_count as bigint) as waiting_mql_count,
        cast(lead_count as bigint) as lead_count
    from queue

)

select * from ranked
