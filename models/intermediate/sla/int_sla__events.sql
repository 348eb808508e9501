-- Everything that a policy may start or stop on. A null cycle means that the event counts in whichever cycle's clock is
-- running: a touch is a touch. Inferred events stop clocks and start none.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

account_transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}

),

engagements as (

    select * from {{ ref('fct_engagements') }}

),

cycles as (

    select * from {{ ref('int_sla__lead_cycles') }}

),

handoffs as (

    select * from {{ ref('int_sla__handoffs') }}

),

rejections as (

    select * from {{ ref('int_sla__rejections') }}

),

anomalies as (

    select * from {{ ref('int_sla__campaign_anomalies') }}

),

adjustments as (

    select * from {{ ref('campaign_adjustments') }}

),

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

stage_entries as (

    select
        lead_id,
        cycle_number,
        to_stage,
        occurred_at,
        is_inferred
    from transitions
    where not (to_stage = 'raw' and from_stage is not null)

),

human_touches as (

    select
        lead_id,
        account_id,
        occurred_at
    from engagements
    where is_human and direction = 'sales' and not is_bot and occurred_at <= {{ as_of() }}

),

hand_raises as (

    select
        engagements.lead_id,
        engagements.occurred_at,
        coalesce(
            max(
                case
                    when
                        cycles.started_at < engagements.occurred_at
                        or (cycles.started_at = engagements.occurred_at and not cycles.is_recycled)
                        then cycles.cycle_number
                end
            ),
            -- The form is often sent a moment before the record exists.
            min(cycles.cycle_number)
        ) as cycle_number
    from engagements
    inner join cycles
        on engagements.lead_id = cycles.lead_id
    where
        engagements.is_hand_raiser
        and not engagements.is_bot
        and engagements.occurred_at <= {{ as_of() }}
    group by engagements.lead_id, engagements.engagement_id, engagements.occurred_at

),

campaign_references as (

    select campaign_id, campaign_id as campaign_ref from campaigns

    union

    select campaign_id, split_part(campaign_id, ':', 3) as campaign_ref from campaigns

),

events as (

    select
        'lead' as subject_type,
        lead_id as subject_id,
        cycle_number,
        to_stage as event,
        occurred_at,
        is_inferred
    from stage_entries

    union all

    select
        'lead',
        lead_id,
        cycle_number,
        'decision',
        occurred_at,
        is_inferred
    from stage_entries
    where to_stage = 'sal'

    union all

    select
        'lead',
        lead_id,
        cycle_number,
        'outcome',
        occurred_at,
        is_inferred
    from stage_entries
    where to_stage in ('sqo', 'lost')

    union all

    {% for event in ['decision', 'outcome', 'rejection'] %}
    select
        'lead',
        lead_id,
        cycle_number,
        '{{ event }}',
        occurred_at,
        is_inferred
    from rejections

    union all

    {% endfor %}
    select
        'lead',
        lead_id,
        cycle_number,
        'handed_off',
        handed_off_at,
        is_inferred
    from handoffs

    union all

    select
        'lead',
        lead_id,
        cycle_number,
        'hand_raise',
        occurred_at,
        false
    from hand_raises

    union all

    select
        'lead',
        lead_id,
        cast(null as integer),
        'first_human_touch',
        occurred_at,
        false
    from human_touches

    union all

    select
        'account',
        account_id,
        cast(null as integer),
        'first_human_touch',
        occurred_at,
        false
    from human_touches
    where account_id is not null

    union all

    select
        'account',
        account_id,
        cycle_number,
        to_stage,
        occurred_at,
        is_inferred
    from account_transitions

    union all

    select
        'campaign',
        campaign_id,
        cycle_number,
        'anomaly_flagged',
        flagged_at,
        false
    from anomalies

    union all

    select
        'campaign',
        campaign_references.campaign_id,
        cast(null as integer),
        'campaign_adjusted',
        {{ local_day_start('adjustments.adjusted_on', setting('reporting_time_zone')) }},
        false
    from adjustments
    inner join campaign_references
        on {{ campaign_reference('adjustments.campaign_ref') }} = campaign_references.campaign_ref

),

known_events as (

    select
        subject_type,
        subject_id,
        cycle_number,
        event,
        occurred_at,
        is_inferred
    from events
    where occurred_at <= {{ as_of() }}

)

select * from known_events
