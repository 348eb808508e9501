{#
    The score that counts: of the cycle that lasts, under the version in force, one row per change. Changes that time alone
    will bring are among them.

    Needs CTEs <subject>_cycles (of the ledger, with resume_us) and score_steps. Whoever goes on has the scores up to then.
#}
{% macro counted_scores(subject) %}
{%- set goes_on = is_by_subject() %}
score_sets as (

    select distinct
        version,
        score_set_key
    from {{ ref('int_definitions__score_parts') }}
    where subject = '{{ subject }}'

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

cycles as (

    select
        {{ subject }}_id,
        epoch_key,
        started_us,
        {% if goes_on -%}
        resume_us,
        {% endif -%}
        lead(started_us, 1, {{ never_us() }}) over (
            partition by {{ subject }}_id order by cycle_number asc nulls last
        ) as next_started_us
    from {{ subject }}_cycles

),

versions as (

    select
        in_force.version,
        score_sets.score_set_key,
        {{ epoch_us('in_force.valid_from') }} as from_us,
        {{ end_us('in_force.valid_to') }} as to_us
    from in_force
    left join score_sets
        on in_force.version = score_sets.version

),

counted as (

    select
        cycles.{{ subject }}_id,
        greatest(score_steps.from_us, cycles.started_us, versions.from_us) as from_us,
        score_steps.total,
        score_steps.firmographic,
        score_steps.engagement,
        score_steps.intent
    from cycles
    inner join score_steps
        on
            cycles.epoch_key = score_steps.epoch_key
            and score_steps.from_us < cycles.next_started_us
    inner join versions
        on score_steps.score_set_key = versions.score_set_key
    where
        greatest(score_steps.from_us, cycles.started_us, versions.from_us)
        < least(score_steps.to_us, cycles.next_started_us, versions.to_us)
        {%- if goes_on %}
        and greatest(score_steps.from_us, cycles.started_us, versions.from_us) > cycles.resume_us
        {%- endif %}

),

-- A version that scores nothing scores everybody nought: the last score of the version before it ends with it.
unscored as (

    select
        cycles.{{ subject }}_id,
        greatest(cycles.started_us, versions.from_us) as from_us,
        cast(0 as bigint) as total,
        cast(0 as bigint) as firmographic,
        cast(0 as bigint) as engagement,
        cast(0 as bigint) as intent
    from cycles
    inner join versions
        on
            cycles.started_us < versions.to_us
            and versions.from_us < cycles.next_started_us
    where
        versions.score_set_key is null
        and greatest(cycles.started_us, versions.from_us) < least(cycles.next_started_us, versions.to_us)
        {%- if goes_on %}
        and greatest(cycles.started_us, versions.from_us) > cycles.resume_us
        {%- endif %}

),

stretches as (

    select * from counted

    union all

    select * from unscored
    {%- if goes_on %}

    union all

    select
        {{ subject }}_id,
        from_us,
        total,
        firmographic,
        engagement,
        intent
    from (
        {{ openings(subject, subject ~ '_id') }}
    ) as openings
    {%- endif %}

),

compared as (

    select
        *,
        lag(firmographic) over steps is distinct from firmographic
        or lag(engagement) over steps is distinct from engagement
        or lag(intent) over steps is distinct from intent as is_change
    from stretches
    window steps as (partition by {{ subject }}_id order by from_us asc nulls last)

),

scores as (

    select
        {{ subject }}_id,
        from_us,
        lead(from_us, 1, {{ never_us() }}) over (
            partition by {{ subject }}_id order by from_us asc nulls last
        ) as to_us,
        total,
        firmographic,
        engagement,
        intent
    from compared
    where is_change

)
{% endmacro %}


{# Counted scores as they are published: up to the instant that the build describes, in points. Needs CTE scores. #}
{% macro published_scores(subject) -%}
    select
        {{ subject }}_id,
        {{ from_epoch_us('from_us') }} as valid_from,
        {{ from_epoch_us('case when to_us <= ' ~ as_of_us() ~ ' then to_us end') }} as valid_to,
        cast(total as double) / 1000.0 as score,
        cast(firmographic as double) / 1000.0 as firmographic_score,
        cast(engagement as double) / 1000.0 as engagement_score,
        cast(intent as double) / 1000.0 as intent_score
    from scores
    where from_us <= {{ as_of_us() }}
{%- endmacro %}
