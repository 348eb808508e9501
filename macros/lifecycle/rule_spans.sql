{#
    When each clause of each stage holds, per scenario and epoch. Conditions are spans; a clause holds where all of its
    conditions do. Spans that only time will bring are among them: who reads them asks for those that have begun.
    `extra_conditions` names further CTEs of the shape epoch_key, condition_key, from_us, to_us, whose spans of one epoch
    and condition never overlap.

    Needs CTEs counter_steps, score_steps, held_tests, target_spans, facts (subject_id, crm_fact, fact_us) and epochs. Of
    whoever goes on, conditions count from the last build's instant: a span that lasts then is the stored one, or ends.
#}
{% macro rule_spans(subject, extra_conditions=[]) %}
{%- set goes_on = is_by_subject() %}
conditions as (

    select distinct
        condition_key,
        kind,
        counter_key,
        test_key,
        score_set_key,
        min_count,
        min_channels,
        component,
        min_score,
        crm_fact
    from {{ ref('int_definitions__conditions') }}
    where subject = '{{ subject }}'

),

clause_conditions as (

    select * from {{ ref('int_definitions__clause_conditions') }}
    where subject = '{{ subject }}'

),

clauses as (

    select * from {{ ref('int_definitions__clauses') }}
    where subject = '{{ subject }}'

),

scenarios as (

    select * from {{ ref('int_definitions__scenarios') }}

),

first_facts as (

    select
        epochs.epoch_key,
        facts.crm_fact,
        min(greatest(facts.fact_us, epochs.started_us)) as from_us
    from facts
    inner join epochs
        on
            facts.subject_id = epochs.subject_id
            and facts.fact_us > epochs.bound_us
    group by epochs.epoch_key, facts.crm_fact

),

{{ 'all_' if goes_on }}condition_spans as (

    select
        counter_steps.epoch_key,
        conditions.condition_key,
        counter_steps.from_us,
        counter_steps.to_us
    from counter_steps
    inner join conditions
        on
            counter_steps.counter_key = conditions.counter_key
            and counter_steps.engagement_count >= conditions.min_count
    where conditions.kind in ('engagement_count', 'hand_raiser')

    union all

    select
        score_steps.epoch_key,
        conditions.condition_key,
        score_steps.from_us,
        score_steps.to_us
    from score_steps
    inner join conditions
        on
            conditions.kind = 'score'
            and score_steps.score_set_key = conditions.score_set_key
            and case conditions.component
                when 'firmographic' then score_steps.firmographic
                when 'engagement' then score_steps.engagement
                when 'intent' then score_steps.intent
                else score_steps.total
            end >= conditions.min_score

    union all

    select
        epochs.epoch_key,
        conditions.condition_key,
        greatest(held_tests.from_us, epochs.started_us) as from_us,
        held_tests.to_us
    from held_tests
    inner join conditions
        on conditions.kind = 'attribute' and held_tests.test_key = conditions.test_key
    inner join epochs
        on
            held_tests.subject_id = epochs.subject_id
            and held_tests.to_us > epochs.started_us

    union all

    select
        epochs.epoch_key,
        conditions.condition_key,
        greatest(target_spans.from_us, epochs.started_us) as from_us,
        target_spans.to_us
    from target_spans
    inner join epochs
        on
            target_spans.subject_id = epochs.subject_id
            and target_spans.to_us > epochs.started_us
    inner join conditions
        on conditions.kind = 'target_account'

    union all

    select
        first_facts.epoch_key,
        conditions.condition_key,
        first_facts.from_us,
        {{ never_us() }} as to_us
    from first_facts
    inner join conditions
        on conditions.kind = 'crm_fact' and first_facts.crm_fact = conditions.crm_fact

    {% for extra in extra_conditions %}
    union all

    select
        epoch_key,
        condition_key,
        from_us,
        to_us
    from {{ extra }}

    {% endfor %}

),
{% if goes_on %}

condition_spans as (

    select
        all_condition_spans.epoch_key,
        all_condition_spans.condition_key,
        greatest(all_condition_spans.from_us, epochs.resume_us) as from_us,
        all_condition_spans.to_us
    from all_condition_spans
    inner join epochs
        on
            all_condition_spans.epoch_key = epochs.epoch_key
            and all_condition_spans.to_us > epochs.resume_us

),
{% endif %}

-- Clauses of one condition need no sweep.
single_spans as (

    select
        condition_spans.epoch_key,
        clause_conditions.clause_key,
        condition_spans.from_us,
        condition_spans.to_us
    from condition_spans
    inner join clause_conditions
        on condition_spans.condition_key = clause_conditions.condition_key
    where clause_conditions.condition_count = 1

),

met_conditions as (

    select distinct
        condition_spans.epoch_key,
        condition_spans.condition_key
    from condition_spans
    inner join clause_conditions
        on condition_spans.condition_key = clause_conditions.condition_key
    where clause_conditions.condition_count > 1

),

-- Only a clause whose every condition is met at some time is worth the sweep.
possible_clauses as (

    select
        met_conditions.epoch_key,
        clause_conditions.clause_key,
        clause_conditions.condition_count
    from met_conditions
    inner join clause_conditions
        on met_conditions.condition_key = clause_conditions.condition_key
    where clause_conditions.condition_count > 1
    group by met_conditions.epoch_key, clause_conditions.clause_key, clause_conditions.condition_count
    having count(*) = clause_conditions.condition_count

),

clause_inputs as (

    select
        possible_clauses.epoch_key,
        possible_clauses.clause_key,
        possible_clauses.condition_count,
        condition_spans.from_us,
        condition_spans.to_us
    from possible_clauses
    inner join clause_conditions
        on possible_clauses.clause_key = clause_conditions.clause_key
    inner join condition_spans
        on
            possible_clauses.epoch_key = condition_spans.epoch_key
            and clause_conditions.condition_key = condition_spans.condition_key

),

clause_changes as (

    select
        epoch_key,
        clause_key,
        condition_count,
        from_us as at_us,
        1 as change
    from clause_inputs

    union all

    select
        epoch_key,
        clause_key,
        condition_count,
        to_us as at_us,
        -1 as change
    from clause_inputs

),

clause_netted as (

    select
        epoch_key,
        clause_key,
        condition_count,
        at_us,
        sum(change) as change
    from clause_changes
    group by epoch_key, clause_key, condition_count, at_us
    having sum(change) <> 0

),

clause_running as (

    select
        epoch_key,
        clause_key,
        condition_count,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        sum(change) over steps as conditions_held
    from clause_netted
    window steps as (partition by epoch_key, clause_key order by at_us asc nulls last)

),

clause_spans as (

    select
        epoch_key,
        clause_key,
        from_us,
        to_us
    from single_spans

    union all

    select
        epoch_key,
        clause_key,
        from_us,
        to_us
    from clause_running
    where conditions_held = condition_count

),

-- A version counts only while it is in force, and a version change is an instant like any other.
{{ 'found' if goes_on else 'rule' }}_spans as (

    select
        scenarios.scenario,
        clause_spans.epoch_key,
        clauses.stage,
        clauses.clause,
        clauses.version,
        clauses.is_proving,
        greatest(clause_spans.from_us, scenarios.from_us) as from_us,
        least(clause_spans.to_us, scenarios.to_us) as to_us
    from clause_spans
    inner join clauses
        on clause_spans.clause_key = clauses.clause_key
    inner join scenarios
        on
            clauses.version = scenarios.version
            and clause_spans.from_us < scenarios.to_us
            and scenarios.from_us < clause_spans.to_us

)
{%- if goes_on %},

{{ begun_when_stored(
    subject, 'rule_spans', ['scenario', 'epoch_key', 'stage', 'clause', 'version', 'is_proving'],
    ['scenario', 'stage', 'clause', 'version']
) }}
{%- endif %}
{% endmacro %}
