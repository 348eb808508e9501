{#
    When each rule stage is reached, per scenario and epoch: never before the epoch's start, the stage before it or,
    where a later stage is proven, at that instant.

    Needs CTEs: evaluated (scenario, epoch_key, started_us, opportunity_us, won_us) and rule_spans. Gives CTEs proofs and
    one reached_<stage> per stage, the last of which carries every stage's instant as <stage>_us (never = not reached).
#}
{% macro reached(stages) %}
firsts as (

    select
        scenario,
        epoch_key,
        stage,
        min(from_us) as first_us,
        min(case when is_proving then from_us end) as proven_us
    from rule_spans
    group by scenario, epoch_key, stage

),

proofs as (

    select
        evaluated.scenario,
        evaluated.epoch_key,
        evaluated.started_us,
        evaluated.opportunity_us,
        evaluated.won_us,
        {% for stage in stages %}
        -- A stage is proven by itself and by every later one.
        least(
            evaluated.opportunity_us, evaluated.won_us
            {%- for later in stages[loop.index0:] %},
            greatest(
                coalesce(min(case when firsts.stage = '{{ later }}' then firsts.proven_us end), {{ never_us() }}),
                evaluated.started_us
            )
            {%- endfor %}
        ) as {{ stage }}_proven_us{% if not loop.last %},{% endif %}
        {% endfor %}
    from evaluated
    left join firsts
        on
            evaluated.scenario = firsts.scenario
            and evaluated.epoch_key = firsts.epoch_key
    group by
        evaluated.scenario, evaluated.epoch_key, evaluated.started_us, evaluated.opportunity_us, evaluated.won_us

),

{% for stage in stages %}
{% set before = loop.index0 %}
{% set previous = 'proofs' if loop.first else 'reached_' ~ stages[before - 1] %}
{% set waits_for = 'proofs.started_us' if loop.first else 'reached_' ~ stages[before - 1] ~ '.' ~ stages[before - 1] ~ '_us' %}
first_{{ stage }} as (

    select
        {{ previous }}.scenario,
        {{ previous }}.epoch_key,
        min(greatest(rule_spans.from_us, {{ waits_for }})) as first_us
    from {{ previous }}
    inner join rule_spans
        on
            {{ previous }}.scenario = rule_spans.scenario
            and {{ previous }}.epoch_key = rule_spans.epoch_key
            and rule_spans.stage = '{{ stage }}'
            and rule_spans.to_us > {{ waits_for }}
    group by {{ previous }}.scenario, {{ previous }}.epoch_key

),

reached_{{ stage }} as (

    select
        {{ previous }}.*,
        least({{ previous }}.{{ stage }}_proven_us, coalesce(first_{{ stage }}.first_us, {{ never_us() }}))
            as {{ stage }}_us
    from {{ previous }}
    left join first_{{ stage }}
        on
            {{ previous }}.scenario = first_{{ stage }}.scenario
            and {{ previous }}.epoch_key = first_{{ stage }}.epoch_key

){% if not loop.last %},{% endif %}

{% endfor %}
{% endmacro %}
