{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'account', 'goes_on': 'occurred_us', 'resumes': 'evidence_resume_us'}
) }}

-- Why each transition of an account happened: the rule or fact that fired, and the source rows behind it.
{% set evidence_limit = 25 %}

with

transitions as (

    select * from {{ ref('int_lifecycle__account_transitions') }}
    where {{ is_new('account', 'account_id', 'occurred_us') }}

),

account_cycles as (

    select * from {{ ref('int_lifecycle__account_cycles') }}
    where scenario = 0 and {{ is_changed('account', 'account_id') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__account_rule_spans') }}
    where scenario = 0{% if is_by_subject() %} and epoch_key in (select epoch_key from transitions){% endif %}

),

account_facts as (

    select * from {{ ref('int_lifecycle__account_facts') }}
    where {{ is_changed('account', 'account_id') }}

),

lead_facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    {% if is_by_subject() %}where account_id in (select account_id from transitions){% endif %}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

account_records as (

    select * from {{ ref('bridge_account_records') }}
    where {{ is_changed('account', 'account_id') }}

),

fct_engagements as (

    select * from {{ ref('fct_engagements') }}

),

conditions as (

    select * from {{ ref('int_definitions__conditions') }}
    where subject = 'account'

),

score_parts as (

    select * from {{ ref('int_definitions__score_parts') }}

),

counters as (

    select * from {{ ref('int_definitions__counters') }}

),

{{ fired_rules('account', ['target', 'engaged', 'mqa', 'saa']) }},

fired_conditions as (

    select
        fired.account_id,
        fired.transition_number,
        fired.occurred_us,
        account_cycles.bound_us,
        conditions.kind,
        conditions.counter_key,
        conditions.score_set_key,
        conditions.component,
        conditions.crm_fact
    from fired
    inner join account_cycles
        on fired.epoch_key = account_cycles.epoch_key
    inner join conditions
        on
            fired.version = conditions.version
            and fired.stage = conditions.stage
            and fired.clause = conditions.clause

),

fired_counters as (

    select
        account_id,
        transition_number,
        occurred_us,
        bound_us,
        counter_key
    from fired_conditions
    where counter_key is not null

    union

    -- The scores of people count from their own cycles, whatever the account's.
    select
        fired_conditions.account_id,
        fired_conditions.transition_number,
        fired_conditions.occurred_us,
        case when fired_conditions.kind = 'people_score' then {{ always_us() }} else fired_conditions.bound_us end
            as bound_us,
        score_parts.counter_key
    from fired_conditions
    inner join score_parts
        on
            fired_conditions.kind in ('score', 'people_score')
            and fired_conditions.score_set_key = score_parts.score_set_key
            and score_parts.counter_key is not null
            and (fired_conditions.component = 'total' or fired_conditions.component = score_parts.component)

),

fired_types as (

    select distinct
        fired_counters.account_id,
        fired_counters.transition_number,
        fired_counters.occurred_us,
        fired_counters.bound_us,
        counters.engagement_type,
        counters.window_us
    from fired_counters
    inner join counters
        on fired_counters.counter_key = counters.counter_key

),

account_engagements as (

    select
        lead_accounts.account_id,
        fct_engagements.engagement_type,
        {{ epoch_us('fct_engagements.occurred_at') }} as source_us,
        fct_engagements.source_record_key,
        fct_engagements.loaded_at
    from fct_engagements
    inner join lead_accounts
        on fct_engagements.lead_id = lead_accounts.lead_id
    where
        not fct_engagements.is_bot
        and {{ is_counted_type('fct_engagements.engagement_type') }}
        and lead_accounts.account_id is not null

),

fired_facts as (

    select
        fired_conditions.account_id,
        fired_conditions.transition_number,
        lead_facts.crm_fact,
        lead_facts.occurred_us as source_us,
        lead_facts.source_record_key,
        lead_facts.known_at,
        lead_facts.is_inferred
    from fired_conditions
    inner join lead_accounts
        on fired_conditions.account_id = lead_accounts.account_id
    inner join lead_facts
        on
            lead_accounts.lead_id = lead_facts.lead_id
            and fired_conditions.kind = 'crm_fact'
            and fired_conditions.crm_fact = lead_facts.crm_fact
            and lead_facts.occurred_us > fired_conditions.bound_us
            and lead_facts.occurred_us <= fired_conditions.occurred_us

),

sources as (

    select distinct
        fired_types.account_id,
        fired_types.transition_number,
        account_engagements.source_us,
        account_engagements.source_record_key,
        account_engagements.loaded_at as known_at
    from fired_types
    inner join account_engagements
        on
            fired_types.account_id = account_engagements.account_id
            and fired_types.engagement_type = account_engagements.engagement_type
    where
        account_engagements.source_us > fired_types.bound_us
        and account_engagements.source_us <= fired_types.occurred_us
        and account_engagements.source_us + fired_types.window_us > fired_types.occurred_us

    union all

    select distinct
        account_id,
        transition_number,
        source_us,
        source_record_key,
        known_at
    from fired_facts

    union all

    select
        transitions.account_id,
        transitions.transition_number,
        account_facts.occurred_us as source_us,
        account_facts.opportunity_id as source_record_key,
        account_facts.known_at
    from transitions
    inner join account_facts
        on
            transitions.account_id = account_facts.account_id
            and transitions.fact_number = account_facts.fact_number

),

-- A rule that rests on a fact whose date was inferred is reached at an inferred instant.
inferred_instants as (

    select distinct
        account_id,
        transition_number
    from (
        select
            account_id,
            transition_number
        from fired_facts
        group by account_id, transition_number, crm_fact
        having min(case when is_inferred then 1 else 0 end) = 1
    ) as inferred_facts

),

ranked_sources as (

    select
        *,
        row_number() over (
            partition by account_id, transition_number
            order by source_us desc nulls last, source_record_key asc nulls last
        ) as source_rank
    from sources

),

gathered as (

    select
        account_id,
        transition_number,
        {{ ordered_text('source_record_key', 'source_rank', "'|'") }} as evidence
    from ranked_sources
    where source_rank <= {{ evidence_limit }}
    group by account_id, transition_number

),

latest_sources as (

    select
        account_id,
        transition_number,
        max(known_at) as known_at
    from sources
    group by account_id, transition_number

),

first_records as (

    select
        account_id,
        min(record_key) as record_key
    from account_records
    group by account_id

),

evidence as (

    select
        transitions.account_id,
        transitions.transition_number,
        transitions.occurred_us,
        case
            when transitions.basis = 'created' then 'account_created'
            when transitions.basis = 'rule' then fired.clause
            else 'crm_fact:' || account_facts.crm_fact
        end as trigger,
        coalesce(gathered.evidence, first_records.record_key) as evidence,
        case
            when accounts.first_loaded_at is null then latest_sources.known_at
            when latest_sources.known_at > accounts.first_loaded_at then latest_sources.known_at
            else accounts.first_loaded_at
        end as known_at,
        case
            when transitions.basis = 'opportunity'
                then transitions.to_stage not in ('opportunity', 'customer')
                    or (transitions.to_stage = 'opportunity' and account_facts.crm_fact = 'opportunity_won')
            else coalesce(fired.is_inferred, false) or inferred_instants.account_id is not null
        end as is_inferred
    from transitions
    inner join accounts
        on transitions.account_id = accounts.account_id
    left join first_records
        on transitions.account_id = first_records.account_id
    left join fired
        on
            transitions.account_id = fired.account_id
            and transitions.transition_number = fired.transition_number
    left join account_facts
        on
            transitions.account_id = account_facts.account_id
            and transitions.fact_number = account_facts.fact_number
    left join inferred_instants
        on
            transitions.account_id = inferred_instants.account_id
            and transitions.transition_number = inferred_instants.transition_number
    left join gathered
        on
            transitions.account_id = gathered.account_id
            and transitions.transition_number = gathered.transition_number
    left join latest_sources
        on
            transitions.account_id = latest_sources.account_id
            and transitions.transition_number = latest_sources.transition_number

)

select * from evidence
