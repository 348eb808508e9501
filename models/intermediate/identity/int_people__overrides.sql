-- What a person decided: accounts that the override file gives a lead, the latest decision first.
with

lead_account_overrides as (

    select * from {{ ref('lead_account_overrides') }}

),

account_references as (

    select account_ref, account_id, inferred_domain from {{ ref('int_accounts__references') }}

),

records as (

    select record_key, matching_email from {{ ref('int_people__records') }}

),

lead_records as (

    {{ leads_of_keys() }}

),

lead_ids as (

    select lead_id, current_lead_id from {{ ref('bridge_lead_ids') }}

),

overrides as (

    select
        lead_ref,
        account_ref,
        decided_on,
        case
            when trim(lead_ref) like 'salesforce:lead:%' then substr(trim(lead_ref), 1, 31)
            when trim(lead_ref) like 'salesforce:contact:%' then substr(trim(lead_ref), 1, 34)
            else trim(lead_ref)
        end as clean_ref,
        {{ matching_email(normalised_email('lead_ref')) }} as matching_email
    from lead_account_overrides
    where
        decided_on is null
        or {{ local_day_start('decided_on', setting('reporting_time_zone')) }} <= {{ as_of() }}

),

overridden_records as (

    select clean_ref as record_key, account_ref, decided_on, 1 as ref_rank from overrides
    union all
    select records.record_key, overrides.account_ref, overrides.decided_on, 3
    from overrides
    inner join records on overrides.matching_email = records.matching_email

),

overridden_leads as (

    select
        lead_records.lead_id,
        overridden_records.account_ref,
        overridden_records.decided_on,
        overridden_records.ref_rank
    from overridden_records
    inner join lead_records on overridden_records.record_key = lead_records.record_key
    union all
    select lead_ids.current_lead_id, overrides.account_ref, overrides.decided_on, 2
    from overrides
    inner join lead_ids on overrides.clean_ref = lead_ids.lead_id

),

override_candidates as (

    select
        overridden_leads.lead_id,
        account_references.account_id,
        account_references.inferred_domain,
        row_number() over (
            partition by overridden_leads.lead_id
            order by
                overridden_leads.decided_on desc nulls last,
                overridden_leads.ref_rank asc nulls last,
                overridden_leads.account_ref asc nulls last,
                account_references.account_id asc nulls last
        ) as candidate_rank
    from overridden_leads
    inner join account_references on overridden_leads.account_ref = account_references.account_ref

)

select * from override_candidates
