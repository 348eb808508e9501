{#
    Scores as step functions per epoch and score set, in thousandths of a point. A row's points stop at its maximum; the
    components add up to the score. Steps that time alone will bring are among them.

    `epochs` has epoch_key, subject_id, started_us, resume_us; `held_tests` has subject_id, test_key, from_us, to_us (spans
    of one subject and test never overlap). Whoever goes on adds to the step that lasts; `counter_steps` has the later ones.
#}
{% macro score_steps(subject, counter_steps='counter_steps', epochs='epochs', held_tests='held_tests') %}
{%- set goes_on = is_by_subject() %}
parts as (

    select distinct
        score_set_key,
        rule_id,
        component,
        points,
        max_points,
        counter_key,
        test_key
    from {{ ref('int_definitions__score_parts') }}
    where subject = '{{ subject }}'

),

score_sets as (

    select distinct score_set_key from parts

),

changes as (

    -- Every epoch has a first row, also one without a point.
    select
        epochs.epoch_key,
        score_sets.score_set_key,
        epochs.started_us as at_us,
        'firmographic' as component,
        cast(0 as bigint) as change
    from {{ epochs }} as epochs
    cross join score_sets
    {%- if goes_on %}
    where epochs.started_us > epochs.resume_us
    {%- endif %}

    union all

    select
        counter_steps.epoch_key,
        parts.score_set_key,
        counter_steps.from_us as at_us,
        parts.component,
        least(counter_steps.engagement_count * parts.points, parts.max_points)
        - least(counter_steps.previous_count * parts.points, parts.max_points) as change
    from {{ counter_steps }} as counter_steps
    inner join parts
        on counter_steps.counter_key = parts.counter_key
    where
        least(counter_steps.engagement_count * parts.points, parts.max_points)
        <> least(counter_steps.previous_count * parts.points, parts.max_points)

    union all

    select
        epochs.epoch_key,
        parts.score_set_key,
        greatest(held_tests.from_us, epochs.started_us) as at_us,
        parts.component,
        least(parts.points, parts.max_points) as change
    from {{ held_tests }} as held_tests
    inner join parts
        on held_tests.test_key = parts.test_key
    inner join {{ epochs }} as epochs
        on
            held_tests.subject_id = epochs.subject_id
            and held_tests.to_us > epochs.started_us
    {%- if goes_on %}
    where greatest(held_tests.from_us, epochs.started_us) > epochs.resume_us
    {%- endif %}

    union all

    select
        epochs.epoch_key,
        parts.score_set_key,
        held_tests.to_us as at_us,
        parts.component,
        -least(parts.points, parts.max_points) as change
    from {{ held_tests }} as held_tests
    inner join parts
        on held_tests.test_key = parts.test_key
    inner join {{ epochs }} as epochs
        on
            held_tests.subject_id = epochs.subject_id
            and held_tests.to_us > epochs.started_us
    where
        held_tests.to_us < {{ never_us() }}
        {%- if goes_on %}
        and held_tests.to_us > epochs.resume_us
        {%- endif %}

),

netted as (

    select
        epoch_key,
        score_set_key,
        at_us,
        cast(sum(case when component = 'firmographic' then change else 0 end) as bigint) as firmographic_change,
        cast(sum(case when component = 'engagement' then change else 0 end) as bigint) as engagement_change,
        cast(sum(case when component = 'intent' then change else 0 end) as bigint) as intent_change,
        min(case when change = 0 then 0 else 1 end) as is_change_only
    from changes
    group by epoch_key, score_set_key, at_us

),

real_changes as (

    select * from netted
    where
        firmographic_change <> 0
        or engagement_change <> 0
        or intent_change <> 0
        or is_change_only = 0
    {%- if goes_on %}

    union all

    select
        epoch_key,
        score_set_key,
        from_us as at_us,
        firmographic as firmographic_change,
        engagement as engagement_change,
        intent as intent_change,
        0 as is_change_only
    from (
        {{ openings(subject) }}
    ) as openings
    {%- endif %}

),

score_steps as (

    select
        epoch_key,
        score_set_key,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        cast(sum(firmographic_change) over steps as bigint) as firmographic,
        cast(sum(engagement_change) over steps as bigint) as engagement,
        cast(sum(intent_change) over steps as bigint) as intent,
        cast(sum(firmographic_change + engagement_change + intent_change) over steps as bigint) as total
    from real_changes
    window steps as (partition by epoch_key, score_set_key order by at_us asc nulls last)

)
{% endmacro %}
