-- The first instant in the cycle, at or after the hand-off stage, at which a person and not a queue owns the lead.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

cycles as (

    select * from {{ ref('int_sla__lead_cycles') }}

),

owner_spans as (

    select
        subject_id as lead_id,
        owner_id,
        is_queue,
        valid_from,
        valid_to
    from {{ ref('int_sla__owner_spans') }}
    where subject_type = 'lead'

),

ready as (

    select
        transitions.lead_id,
        transitions.cycle_number,
        transitions.occurred_at as ready_at,
        transitions.is_inferred,
        transitions.transition_id,
        cycles.ended_at
    from transitions
    inner join cycles
        on
            transitions.lead_id = cycles.lead_id
            and transitions.cycle_number = cycles.cycle_number
    where transitions.to_stage = {{ setting('handoff_stage') }}

),

owned as (

    select
        ready.lead_id,
        ready.cycle_number,
        ready.ready_at,
        ready.is_inferred,
        ready.transition_id,
        owner_spans.owner_id,
        case
            when owner_spans.valid_from > ready.ready_at then owner_spans.valid_from
            else ready.ready_at
        end as handed_off_at,
        row_number() over (
            partition by ready.lead_id, ready.cycle_number
            order by owner_spans.valid_from asc nulls last
        ) as owner_rank
    from ready
    inner join owner_spans
        on
            ready.lead_id = owner_spans.lead_id
            and (owner_spans.valid_to is null or owner_spans.valid_to > ready.ready_at)
            and (ready.ended_at is null or owner_spans.valid_from < ready.ended_at)
    where not owner_spans.is_queue

),

handoffs as (

    select
        {{ key(['lead_id', 'cycle_number']) }} as handoff_id,
        lead_id,
        cycle_number,
        ready_at,
        handed_off_at,
        owner_id,
        is_inferred,
        transition_id
    from owned
    where owner_rank = 1

)

select * from handoffs
