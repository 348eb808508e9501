-- What counts towards the promises that are measured by the month: one fact per subject, good or not.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

account_transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}

),

decisions as (

    select * from {{ ref('int_sla__decisions') }}

),

packets as (

    select * from {{ ref('handoff_packets') }}

),

closings as (

    select * from {{ ref('int_sla__closings') }}

),

clocks as (

    select * from {{ ref('fct_sla_clocks') }}

),

facts as (

    select
        'mql_count' as measure,
        'lead' as subject_type,
        lead_id as subject_id,
        occurred_at,
        true as is_good,
        cast(null as bigint) as quantity
    from transitions
    where to_stage = 'mql' and not is_inferred

    union all

    select
        'mqa_count',
        'account',
        account_id,
        occurred_at,
        true,
        null
    from account_transitions
    where to_stage = 'mqa' and not is_inferred

    union all

    select
        'acceptance_rate',
        'lead',
        lead_id,
        decided_at,
        is_accepted,
        null
    from decisions

    union all

    select
        'complete_context_rate',
        'lead',
        lead_id,
        handed_off_at,
        is_complete,
        null
    from packets

    union all

    select
        'human_touches',
        'lead',
        lead_id,
        closed_at,
        cast(null as boolean),
        human_touches
    from closings
    where is_lost and is_worked

    union all

    select
        'share_with_reason',
        'lead',
        lead_id,
        closed_at,
        has_reason,
        null
    from closings

    union all

    -- A clocked promise counts in the month in which it was given, once it is decided.
    select
        'clock:' || commitment_id,
        subject_type,
        subject_id,
        started_at,
        status = 'met',
        null
    from clocks
    where status in ('met', 'breached')

)

select * from facts
