-- A cycle starts with its first transition and lasts until the next one's.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

cycles as (

    select
        lead_id,
        cycle_number,
        min(occurred_at) as started_at,
        min(case when to_stage = 'raw' then occurred_at end) as raw_at,
        max(case when to_stage = 'lost' then occurred_at end) as lost_at
    from transitions
    group by lead_id, cycle_number

),

cycle_spans as (

    select
        lead_id,
        cycle_number,
        started_at,
        lead(started_at) over (
            partition by lead_id order by cycle_number asc nulls last
        ) as ended_at,
        -- What a lead did at the very instant of its recycling belongs to the cycle before.
        cycle_number > 1 and raw_at is not null and raw_at = started_at as is_recycled,
        -- What happened strictly after this counts in the cycle: the recycling, or the loss before a lead came back.
        -- The first cycle has no such bound.
        case
            when cycle_number = 1 then null
            when raw_at is not null and raw_at = started_at then started_at
            else coalesce(
                lag(lost_at) over (partition by lead_id order by cycle_number asc nulls last),
                started_at
            )
        end as counts_after_at
    from cycles

)

select * from cycle_spans
