{#
    How many engagements of a counter's types lie in its window, as a step function per epoch: an engagement counts
    from its instant until a window later, and only if it happened strictly after the epoch's bound. Steps that time alone
    will bring are among them, so that a night does not work them out when they come.

    `engagements` has subject_id, engagement_type, occurred_us; `epochs` has epoch_key, subject_id, started_us, bound_us,
    resume_us. Whoever goes on counts on from the step that lasts.
#}
{% macro counter_steps(subject, engagements='engagements', epochs='epochs') %}
{%- set goes_on = is_by_subject() %}
counters as (

    select * from {{ ref('int_definitions__counters') }}
    where subject = '{{ subject }}' and measure = 'engagements'

),

counted as (

    select
        epochs.epoch_key,
        counters.counter_key,
        greatest(engagements.occurred_us, epochs.started_us) as from_us,
        engagements.occurred_us + counters.window_us as to_us
        {%- if goes_on %},
        epochs.resume_us
        {%- endif %}
    from {{ engagements }} as engagements
    inner join counters
        on engagements.engagement_type = counters.engagement_type
    inner join {{ epochs }} as epochs
        on
            engagements.subject_id = epochs.subject_id
            and engagements.occurred_us > epochs.bound_us
    where
        engagements.occurred_us + counters.window_us > epochs.started_us
        {%- if goes_on %}
        and engagements.occurred_us + counters.window_us > epochs.resume_us
        {%- endif %}

),

changes as (

    select
        epoch_key,
        counter_key,
        from_us as at_us,
        1 as change
    from counted
    {%- if goes_on %}
    where from_us > resume_us
    {%- endif %}

    union all

    select
        epoch_key,
        counter_key,
        to_us as at_us,
        -1 as change
    from counted
    where to_us < {{ never_us() }}

),

netted as (

    select
        epoch_key,
        counter_key,
        at_us,
        cast(sum(change) as bigint) as change
    from changes
    group by epoch_key, counter_key, at_us
    having sum(change) <> 0

),

{% if goes_on %}
openings as (

    {{ openings(subject) }}

),

stepped as (

    select
        epoch_key,
        counter_key,
        at_us,
        change,
        cast(null as bigint) as previous_count
    from netted

    union all

    select
        epoch_key,
        counter_key,
        from_us as at_us,
        engagement_count as change,
        previous_count
    from openings

),
{% endif %}

counter_steps as (

    select
        epoch_key,
        counter_key,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        cast(sum(change) over steps as bigint) as engagement_count,
        {% if goes_on -%}
        coalesce(previous_count, cast(sum(change) over steps as bigint) - change) as previous_count
    from stepped
        {%- else -%}
        cast(sum(change) over steps as bigint) - change as previous_count
    from netted
        {%- endif %}
    window steps as (partition by epoch_key, counter_key order by at_us asc nulls last)

)
{% endmacro %}
