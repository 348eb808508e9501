{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'lead', 'goes_on': 'occurred_us', 'resumes': 'evidence_resume_us'}
) }}

-- Why each transition of the ledger happened: the rule or fact that fired, and the source rows behind it.
{% set evidence_limit = 25 %}

with

transitions as (

    select * from {{ ref('int_lifecycle__lead_transitions') }}
    where {{ is_new('lead', 'lead_id', 'occurred_us') }}

),

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where {{ is_changed('lead', 'lead_id') }} and scenario = 0

),

rule_spans as (

    select * from {{ ref('int_lifecycle__lead_rule_spans') }}
    where scenario = 0{% if is_by_subject() %} and epoch_key in (select epoch_key from transitions){% endif %}

),

facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

leads as (

    select * from {{ ref('int_people__leads') }}
    where {{ is_changed('lead', 'lead_id') }}

),

fct_engagements as (

    select * from {{ ref('fct_engagements') }}
    {% if is_by_subject() %}where lead_id in (select lead_id from transitions){% endif %}

),

conditions as (

    select * from {{ ref('int_definitions__conditions') }}
    where subject = 'lead'

),

score_parts as (

    select * from {{ ref('int_definitions__score_parts') }}
    where subject = 'lead'

),

counters as (

    select * from {{ ref('int_definitions__counters') }}
    where subject = 'lead'

),

{{ fired_rules('lead', ['mql', 'sal', 'sqo']) }},

fired_conditions as (

    select
        fired.lead_id,
        fired.transition_number,
        fired.epoch_key,
        fired.occurred_us,
        lead_cycles.bound_us,
        conditions.kind,
        conditions.counter_key,
        conditions.score_set_key,
        conditions.component,
        conditions.crm_fact
    from fired
    inner join lead_cycles
        on fired.epoch_key = lead_cycles.epoch_key
    inner join conditions
        on
            fired.version = conditions.version
            and fired.stage = conditions.stage
            and fired.clause = conditions.clause

),

fired_counters as (

    select
        lead_id,
        transition_number,
        occurred_us,
        bound_us,
        counter_key
    from fired_conditions
    where counter_key is not null

    union

    select
        fired_conditions.lead_id,
        fired_conditions.transition_number,
        fired_conditions.occurred_us,
        fired_conditions.bound_us,
        score_parts.counter_key
    from fired_conditions
    inner join score_parts
        on
            fired_conditions.kind = 'score'
            and fired_conditions.score_set_key = score_parts.score_set_key
            and score_parts.counter_key is not null
            and (fired_conditions.component = 'total' or fired_conditions.component = score_parts.component)

),

fired_types as (

    select distinct
        fired_counters.lead_id,
        fired_counters.transition_number,
        fired_counters.occurred_us,
        fired_counters.bound_us,
        counters.engagement_type,
        counters.window_us
    from fired_counters
    inner join counters
        on fired_counters.counter_key = counters.counter_key

),

fired_facts as (

    select
        fired_conditions.lead_id,
        fired_conditions.transition_number,
        facts.crm_fact,
        facts.occurred_us as source_us,
        facts.source_record_key,
        facts.known_at,
        facts.is_inferred
    from fired_conditions
    inner join facts
        on
            fired_conditions.lead_id = facts.lead_id
            and fired_conditions.kind = 'crm_fact'
            and fired_conditions.crm_fact = facts.crm_fact
            and facts.occurred_us > fired_conditions.bound_us
            and facts.occurred_us <= fired_conditions.occurred_us

),

sources as (

    select distinct
        fired_types.lead_id,
        fired_types.transition_number,
        {{ epoch_us('fct_engagements.occurred_at') }} as source_us,
        fct_engagements.source_record_key,
        fct_engagements.loaded_at as known_at
    from fired_types
    inner join fct_engagements
        on
            fired_types.lead_id = fct_engagements.lead_id
            and fired_types.engagement_type = fct_engagements.engagement_type
    where
        not fct_engagements.is_bot
        and {{ epoch_us('fct_engagements.occurred_at') }} > fired_types.bound_us
        and {{ epoch_us('fct_engagements.occurred_at') }} <= fired_types.occurred_us
        and {{ epoch_us('fct_engagements.occurred_at') }} + fired_types.window_us > fired_types.occurred_us

    union all

    select distinct
        lead_id,
        transition_number,
        source_us,
        source_record_key,
        known_at
    from fired_facts

    union all

    select
        transitions.lead_id,
        transitions.transition_number,
        facts.occurred_us as source_us,
        facts.source_record_key,
        facts.known_at
    from transitions
    inner join facts
        on
            transitions.lead_id = facts.lead_id
            and transitions.fact_number = facts.fact_number

),

-- A rule that rests on a fact whose date was inferred is reached at an inferred instant.
inferred_instants as (

    select distinct
        lead_id,
        transition_number
    from (
        select
            lead_id,
            transition_number
        from fired_facts
        group by lead_id, transition_number, crm_fact
        having min(case when is_inferred then 1 else 0 end) = 1
    ) as inferred_facts

),

-- The newest sources say most; a ledger row carries at most as many as a person reads.
ranked_sources as (

    select
        *,
        row_number() over (
            partition by lead_id, transition_number
            order by source_us desc nulls last, source_record_key asc nulls last
        ) as source_rank
    from sources

),

gathered as (

    select
        lead_id,
        transition_number,
        {{ ordered_text('source_record_key', 'source_rank', "'|'") }} as evidence
    from ranked_sources
    where source_rank <= {{ evidence_limit }}
    group by lead_id, transition_number

),

latest_sources as (

    select
        lead_id,
        transition_number,
        max(known_at) as known_at
    from sources
    group by lead_id, transition_number

),

evidence as (

    select
        transitions.lead_id,
        transitions.transition_number,
        transitions.occurred_us,
        case
            when transitions.basis = 'created' then 'lead_created'
            when transitions.basis = 'rule' then fired.clause
            else 'crm_fact:' || facts.crm_fact
        end as trigger,
        case when transitions.basis = 'ending' then facts.reason_code end as reason_code,
        coalesce(gathered.evidence, leads.first_record_key) as evidence,
        case
            when leads.first_loaded_at is null then latest_sources.known_at
            when latest_sources.known_at > leads.first_loaded_at then latest_sources.known_at
            else leads.first_loaded_at
        end as known_at,
        case
            when transitions.basis = 'opportunity'
                then transitions.to_stage not in ('opportunity', 'customer')
                    or (transitions.to_stage = 'opportunity' and facts.crm_fact = 'opportunity_won')
            when transitions.basis = 'ending' then facts.is_inferred
            else coalesce(fired.is_inferred, false) or inferred_instants.lead_id is not null
        end as is_inferred
    from transitions
    inner join leads
        on transitions.lead_id = leads.lead_id
    left join fired
        on
            transitions.lead_id = fired.lead_id
            and transitions.transition_number = fired.transition_number
    left join facts
        on
            transitions.lead_id = facts.lead_id
            and transitions.fact_number = facts.fact_number
    left join inferred_instants
        on
            transitions.lead_id = inferred_instants.lead_id
            and transitions.transition_number = inferred_instants.transition_number
    left join gathered
        on
            transitions.lead_id = gathered.lead_id
            and transitions.transition_number = gathered.transition_number
    left join latest_sources
        on
            transitions.lead_id = latest_sources.lead_id
            and transitions.transition_number = latest_sources.transition_number

)

select * from evidence
