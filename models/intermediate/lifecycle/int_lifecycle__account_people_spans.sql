{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account', 'goes_on': 'to_us'}) }}
{%- set goes_on = is_by_subject() %}

-- When enough different people of an account are engaged, over enough channels, or score enough in the right role.
with

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
        min_score
    from {{ ref('int_definitions__conditions') }}
    where subject = 'account' and kind in ('engaged_people', 'people_score')

),

counters as (

    select * from {{ ref('int_definitions__counters') }}
    where subject = 'account' and measure = 'people'

),

fct_engagements as (

    {{ counted_engagements('people') }}

),

lead_accounts as (

    {{ going_on('account', ref('bridge_lead_accounts'), 'account_id') }}

),

account_epochs as (

    {{ going_on('account', ref('int_lifecycle__account_epochs'), 'account_id') }}

),

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where scenario = 0

),

lead_score_steps as (

    select * from {{ ref('int_lifecycle__lead_score_steps') }}

),

lead_held_tests as (

    select * from {{ ref('int_lifecycle__lead_held_tests') }}

),

engaged as (

    select
        account_epochs.epoch_key,
        counters.counter_key,
        fct_engagements.lead_id,
        fct_engagements.channel,
        greatest(
            {{ epoch_us('fct_engagements.occurred_at') }}, account_epochs.started_us
            {%- if goes_on %}, account_epochs.resume_us{% endif %}
        ) as from_us,
        {{ epoch_us('fct_engagements.occurred_at') }} + counters.window_us as to_us
    from fct_engagements
    inner join counters
        on fct_engagements.engagement_type = counters.engagement_type
    inner join lead_accounts
        on fct_engagements.lead_id = lead_accounts.lead_id
    inner join account_epochs
        on lead_accounts.account_id = account_epochs.account_id
    -- These say whose epoch they compare with, so that no engine joins every engagement to every epoch on them alone.
    where
        {{ epoch_us('fct_engagements.occurred_at') }}
        > case when lead_accounts.account_id = account_epochs.account_id then account_epochs.bound_us end
        and {{ epoch_us('fct_engagements.occurred_at') }} + counters.window_us
        > case
            when lead_accounts.account_id = account_epochs.account_id
                then {% if goes_on %}greatest(account_epochs.started_us, account_epochs.resume_us)
                {%- else %}account_epochs.started_us{% endif %}
        end

),

-- A person, or a channel, counts while one of its engagements does: its spans laid end to end without overlap.
members as (

    select
        epoch_key,
        counter_key,
        'person' as member_kind,
        lead_id as member,
        from_us,
        to_us
    from engaged

    union all

    select
        epoch_key,
        counter_key,
        'channel' as member_kind,
        channel as member,
        from_us,
        to_us
    from engaged

),

{% if goes_on -%}
-- What happened before the instant from which an account goes on all counts from there.
latest_members as (

    select
        epoch_key,
        counter_key,
        member_kind,
        member,
        from_us,
        max(to_us) as to_us
    from members
    group by epoch_key, counter_key, member_kind, member, from_us

),

{% endif -%}
reaching as (

    select
        *,
        max(to_us) over (
            partition by epoch_key, counter_key, member_kind, member
            order by from_us asc nulls last, to_us asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_us
    from {{ 'latest_' if goes_on }}members

),

new_parts as (

    select
        epoch_key,
        counter_key,
        member_kind,
        greatest(from_us, coalesce(reached_us, from_us)) as from_us,
        to_us
    from reaching
    where reached_us is null or to_us > reached_us

),

member_changes as (

    select
        epoch_key,
        counter_key,
        from_us as at_us,
        case when member_kind = 'person' then 1 else 0 end as people_change,
        case when member_kind = 'channel' then 1 else 0 end as channels_change
    from new_parts

    union all

    select
        epoch_key,
        counter_key,
        to_us as at_us,
        case when member_kind = 'person' then -1 else 0 end as people_change,
        case when member_kind = 'channel' then -1 else 0 end as channels_change
    from new_parts

),

member_netted as (

    select
        epoch_key,
        counter_key,
        at_us,
        sum(people_change) as people_change,
        sum(channels_change) as channels_change
    from member_changes
    group by epoch_key, counter_key, at_us
    having sum(people_change) <> 0 or sum(channels_change) <> 0

),

member_running as (

    select
        epoch_key,
        counter_key,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        sum(people_change) over steps as people,
        sum(channels_change) over steps as channels
    from member_netted
    window steps as (partition by epoch_key, counter_key order by at_us asc nulls last)

),

-- A lead's score is the one of the cycle it is in, under the rules of the condition's own version.
cycles as (

    select
        lead_cycles.lead_id,
        lead_cycles.epoch_key,
        lead_accounts.account_id,
        {% if goes_on -%}
        lead_accounts.resume_us,
        {% endif -%}
        lead_cycles.started_us,
        lead(lead_cycles.started_us, 1, {{ never_us() }}) over (
            partition by lead_cycles.lead_id order by lead_cycles.cycle_number asc nulls last
        ) as next_started_us
    from lead_cycles
    inner join lead_accounts
        on lead_cycles.lead_id = lead_accounts.lead_id
    where lead_accounts.account_id is not null

),

people_scores as (

    select
        cycles.lead_id,
        cycles.account_id,
        conditions.condition_key,
        conditions.min_count,
        conditions.test_key,
        greatest(
            lead_score_steps.from_us, cycles.started_us{% if goes_on %}, cycles.resume_us{% endif %}
        ) as from_us,
        least(lead_score_steps.to_us, cycles.next_started_us) as to_us
    from cycles
    inner join lead_score_steps
        on
            cycles.epoch_key = lead_score_steps.epoch_key
            and lead_score_steps.from_us < cycles.next_started_us
            {%- if goes_on %}
            and lead_score_steps.to_us > cycles.resume_us
            {%- endif %}
    inner join conditions
        on
            conditions.kind = 'people_score'
            and lead_score_steps.score_set_key = conditions.score_set_key
            and case conditions.component
                when 'firmographic' then lead_score_steps.firmographic
                when 'engagement' then lead_score_steps.engagement
                when 'intent' then lead_score_steps.intent
                else lead_score_steps.total
            end >= conditions.min_score

),

qualified_people as (

    select
        people_scores.account_id,
        people_scores.condition_key,
        people_scores.min_count,
        greatest(people_scores.from_us, lead_held_tests.from_us) as from_us,
        least(people_scores.to_us, lead_held_tests.to_us) as to_us
    from people_scores
    inner join lead_held_tests
        on
            people_scores.lead_id = lead_held_tests.lead_id
            and people_scores.test_key = lead_held_tests.test_key
            and people_scores.from_us < lead_held_tests.to_us
            and lead_held_tests.from_us < people_scores.to_us

    union all

    -- A condition on the score alone asks nothing of the role.
    select
        account_id,
        condition_key,
        min_count,
        from_us,
        to_us
    from people_scores
    where test_key is null

),

qualified_changes as (

    select
        account_id,
        condition_key,
        min_count,
        from_us as at_us,
        1 as change
    from qualified_people
    where from_us < to_us

    union all

    select
        account_id,
        condition_key,
        min_count,
        to_us as at_us,
        -1 as change
    from qualified_people
    where from_us < to_us

),

qualified_netted as (

    select
        account_id,
        condition_key,
        min_count,
        at_us,
        sum(change) as change
    from qualified_changes
    group by account_id, condition_key, min_count, at_us
    having sum(change) <> 0

),

qualified_running as (

    select
        account_id,
        condition_key,
        min_count,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        sum(change) over steps as people
    from qualified_netted
    window steps as (partition by account_id, condition_key order by at_us asc nulls last)

),

{{ 'found' if goes_on else 'people' }}_spans as (

    select
        member_running.epoch_key,
        conditions.condition_key,
        member_running.from_us,
        member_running.to_us
    from member_running
    inner join conditions
        on
            conditions.kind = 'engaged_people'
            and member_running.counter_key = conditions.counter_key
            and member_running.people >= conditions.min_count
            and member_running.channels >= conditions.min_channels

    union all

    select
        account_epochs.epoch_key,
        qualified_running.condition_key,
        greatest(qualified_running.from_us, account_epochs.started_us) as from_us,
        qualified_running.to_us
    from qualified_running
    inner join account_epochs
        on
            qualified_running.account_id = account_epochs.account_id
            and qualified_running.to_us > account_epochs.started_us
    where qualified_running.people >= qualified_running.min_count

)
{%- if goes_on %},

{{ begun_when_stored('account', 'people_spans', ['epoch_key', 'condition_key'], ['condition_key']) }}
{%- endif %}

select * from people_spans
