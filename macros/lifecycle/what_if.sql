{#
    CTEs for a what-if report, the last of which is `compared`: one row per version and subject that qualified under it or
    in fact, with `simulated_at` and `actual_at` (when first), the clauses, how often, and the `change` that the version
    makes. Needs CTEs definition_versions, <subject>_cycles and rule_spans (those of the stage).

    Qualified by the rule itself: a stage that only an opportunity or a rep's fact proves says nothing about the rule.
#}
{% macro what_if(subject, stage) -%}
{%- set id = subject ~ '_id' -%}
{%- set cycles = subject ~ '_cycles' -%}
{%- set entered = stage ~ '_us' -%}
qualified as (

    select
        {{ cycles }}.scenario,
        {{ cycles }}.{{ id }},
        {{ cycles }}.cycle_number,
        {{ cycles }}.{{ entered }} as qualified_us,
        min(rule_spans.clause) as clause
    from {{ cycles }}
    inner join rule_spans
        on
            {{ cycles }}.scenario = rule_spans.scenario
            and {{ cycles }}.epoch_key = rule_spans.epoch_key
            and rule_spans.from_us <= {{ cycles }}.{{ entered }}
            and rule_spans.to_us > {{ cycles }}.{{ entered }}
    where {{ cycles }}.{{ entered }} < {{ cycles }}.ended_us
    group by {{ cycles }}.scenario, {{ cycles }}.{{ id }}, {{ cycles }}.cycle_number, {{ cycles }}.{{ entered }}

),

first_qualified as (

    select
        scenario,
        {{ id }},
        min(qualified_us) as first_us,
        min_by(clause, qualified_us) as clause,
        count(*) as times
    from qualified
    group by scenario, {{ id }}

),

{%- for name, scenario in [('simulated', 'definition_versions.version'), ('actual', '0')] %}
{{ name }} as (

    select
        definition_versions.version,
        first_qualified.{{ id }},
        first_qualified.first_us,
        first_qualified.clause,
        first_qualified.times
    from first_qualified
    cross join definition_versions
    where first_qualified.scenario = {{ scenario }}

),
{% endfor %}
compared as (

    select
        coalesce(simulated.version, actual.version) as version,
        coalesce(simulated.{{ id }}, actual.{{ id }}) as {{ id }},
        case
            when simulated.first_us is null then 'dropped'
            when actual.first_us is null then 'added'
            when simulated.first_us < actual.first_us then 'earlier'
            when simulated.first_us > actual.first_us then 'later'
            else 'same'
        end as change,
        {{ from_epoch_us('simulated.first_us') }} as simulated_at,
        {{ from_epoch_us('actual.first_us') }} as actual_at,
        simulated.clause as simulated_clause,
        actual.clause as actual_clause,
        cast(coalesce(simulated.times, 0) as integer) as simulated_times,
        cast(coalesce(actual.times, 0) as integer) as actual_times
    from simulated
    full outer join actual
        on
            simulated.version = actual.version
            and simulated.{{ id }} = actual.{{ id }}

)
{%- endmacro %}
