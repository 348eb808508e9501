-- Every end that sales put to a lead: a rejection or a loss, with its reason and the human touches before it.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

rejections as (

    select * from {{ ref('int_sla__rejections') }}

),

events as (

    select * from {{ ref('int_sla__events') }}
    where subject_type = 'lead' and event = 'first_human_touch'

),

cycles as (

    select * from {{ ref('int_sla__lead_cycles') }}

),

owner_spans as (

    select * from {{ ref('int_lifecycle__owner_spans') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}
    where not is_open and not is_won

),

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

endings as (

    select
        transition_id,
        lead_id,
        cycle_number,
        occurred_at as closed_at,
        reason_code,
        to_stage = 'lost' as is_lost
    from rejections

    union

    select
        transition_id,
        lead_id,
        cycle_number,
        occurred_at as closed_at,
        reason_code,
        true as is_lost
    from transitions
    where to_stage = 'lost'

),

-- The reason for a loss stands on the opportunity that was lost.
loss_reasons as (

    select
        endings.transition_id,
        max(opportunities.loss_reason) as loss_reason
    from endings
    inner join cycles
        on
            endings.lead_id = cycles.lead_id
            and endings.cycle_number = cycles.cycle_number
    inner join opportunity_leads
        on endings.lead_id = opportunity_leads.lead_id
    inner join opportunities
        on opportunity_leads.opportunity_id = opportunities.opportunity_id
    where
        endings.is_lost
        and coalesce(opportunities.loss_reason, 'unspecified') <> 'unspecified'
        -- Says whose opportunity it compares with, so that no engine joins every loss to every opportunity on it alone.
        and case when endings.lead_id = opportunity_leads.lead_id then opportunities.closed_at end
        between cycles.started_at and endings.closed_at
    group by endings.transition_id

),

accepted as (

    select distinct lead_id, cycle_number
    from transitions
    where to_stage = 'sal'

),

touched as (

    select
        endings.transition_id,
        count(events.occurred_at) as human_touches
    from endings
    inner join cycles
        on
            endings.lead_id = cycles.lead_id
            and endings.cycle_number = cycles.cycle_number
    left join events
        on
            endings.lead_id = events.subject_id
            and coalesce(cycles.counts_after_at, cast('1900-01-01' as timestamp)) < events.occurred_at
            and endings.closed_at >= events.occurred_at
    group by endings.transition_id

),

owners as (

    select
        endings.transition_id,
        min_by(owner_spans.owner_id, owner_spans.valid_from) as owner_id
    from endings
    inner join owner_spans
        on
            endings.lead_id = owner_spans.lead_id
            and endings.closed_at >= owner_spans.valid_from
            and (owner_spans.valid_to is null or endings.closed_at < owner_spans.valid_to)
    group by endings.transition_id

),

closings as (

    select
        endings.transition_id,
        endings.lead_id,
        endings.cycle_number,
        endings.closed_at,
        endings.is_lost,
        coalesce(endings.reason_code, loss_reasons.loss_reason) as reason_code,
        coalesce(endings.reason_code, loss_reasons.loss_reason, 'unspecified') <> 'unspecified'
            as has_reason,
        -- Worked: sales took it on, or somebody spoke to the lead.
        accepted.lead_id is not null or touched.human_touches > 0 as is_worked,
        touched.human_touches,
        owners.owner_id
    from endings
    inner join touched
        on endings.transition_id = touched.transition_id
    left join accepted
        on
            endings.lead_id = accepted.lead_id
            and endings.cycle_number = accepted.cycle_number
    left join loss_reasons
        on endings.transition_id = loss_reasons.transition_id
    left join owners
        on endings.transition_id = owners.transition_id

)

select * from closings
