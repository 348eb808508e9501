{#
    Which clause made each rule-based transition, and whether the stage was inferred.

    At one instant the rules apply in stage order. A stage is entered by its own rule if the stage before it has been
    entered, or if a clause of it is proven; the stages that a proven one finds missing are inferred, and the clause that
    proved it stands behind them.

    Needs CTEs transitions (<subject>_id, transition_number, epoch_key, to_stage, occurred_us, basis) and rule_spans.
    Gives CTE fired: <subject>_id, transition_number, epoch_key, occurred_us, stage, clause, version, is_inferred.
#}
{% macro fired_rules(subject, stages) %}
stage_order as (

    {% for stage in stages %}
    select
        '{{ stage }}' as stage,
        {{ loop.index }} as step
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

rule_transitions as (

    select
        transitions.{{ subject }}_id,
        transitions.transition_number,
        transitions.epoch_key,
        transitions.occurred_us,
        stage_order.step
    from transitions
    inner join stage_order
        on transitions.to_stage = stage_order.stage
    where transitions.basis = 'rule'

),

holding as (

    select
        rule_transitions.{{ subject }}_id,
        rule_transitions.transition_number,
        rule_transitions.step as entered_step,
        stage_order.step,
        rule_spans.stage,
        rule_spans.clause,
        rule_spans.version,
        rule_spans.is_proving
    from rule_transitions
    inner join rule_spans
        on
            rule_transitions.epoch_key = rule_spans.epoch_key
            and rule_spans.from_us <= rule_transitions.occurred_us
            and rule_spans.to_us > rule_transitions.occurred_us
    inner join stage_order
        on
            rule_spans.stage = stage_order.stage
            and stage_order.step >= rule_transitions.step

),

own_rules as (

    select
        {{ subject }}_id,
        transition_number,
        max(case when is_proving then 1 else 0 end) as is_proven
    from holding
    where step = entered_step
    group by {{ subject }}_id, transition_number

),

-- A run starts at the first stage of the instant and anew at every stage that is proven.
runs as (

    select
        rule_transitions.*,
        case when own_rules.transition_number is null then 0 else 1 end as holds,
        sum(coalesce(own_rules.is_proven, 0)) over (
            partition by rule_transitions.epoch_key, rule_transitions.occurred_us
            order by rule_transitions.step asc nulls last
            rows between unbounded preceding and current row
        ) as run_number
    from rule_transitions
    left join own_rules
        on
            rule_transitions.{{ subject }}_id = own_rules.{{ subject }}_id
            and rule_transitions.transition_number = own_rules.transition_number

),

reached as (

    select
        runs.{{ subject }}_id,
        runs.transition_number,
        runs.epoch_key,
        runs.occurred_us,
        runs.step,
        min(runs.holds) over (
            partition by runs.epoch_key, runs.occurred_us, runs.run_number
            order by runs.step asc nulls last
            rows between unbounded preceding and current row
        ) = 0 as is_inferred
    from runs

),

-- Above a stage that is inferred at the same instant only a clause that proves can have entered the next one.
entered as (

    select
        *,
        not is_inferred and coalesce(
            lag(is_inferred) over (partition by epoch_key, occurred_us order by step asc nulls last), false
        ) as needs_proof
    from reached

),

candidates as (

    select
        entered.{{ subject }}_id,
        entered.transition_number,
        entered.epoch_key,
        entered.occurred_us,
        holding.stage,
        holding.clause,
        holding.version,
        entered.is_inferred,
        -- The lowest stage that explains it; of several clauses the first in the alphabet.
        row_number() over (
            partition by entered.{{ subject }}_id, entered.transition_number
            order by holding.step asc nulls last, holding.clause asc nulls last
        ) as candidate_rank
    from entered
    inner join holding
        on
            entered.{{ subject }}_id = holding.{{ subject }}_id
            and entered.transition_number = holding.transition_number
    where
        (
            not entered.is_inferred
            and holding.step = entered.step
            and (holding.is_proving or not entered.needs_proof)
        )
        or (entered.is_inferred and holding.step > entered.step and holding.is_proving)

),

fired as (

    select
        {{ subject }}_id,
        transition_number,
        epoch_key,
        occurred_us,
        stage,
        clause,
        version,
        is_inferred
    from candidates
    where candidate_rank = 1

)
{% endmacro %}
