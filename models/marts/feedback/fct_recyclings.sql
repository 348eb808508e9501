with

rejections as (

    select * from {{ ref('fct_rejections') }}
    where disposition = 'recycle'

),

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

-- What the next cycle made of the lead.
next_cycles as (

    select
        lead_id,
        cycle_number,
        min(case when to_stage = 'mql' then occurred_at end) as requalified_at,
        min(case when to_stage = 'sal' then occurred_at end) as reaccepted_at,
        min(case when to_stage = 'opportunity' then occurred_at end) as opportunity_at,
        min(case when to_stage = 'customer' then occurred_at end) as customer_at
    from transitions
    group by lead_id, cycle_number

),

final as (

    select
        {{ key(['rejections.lead_id', 'rejections.cycle_number', "'recycling'"]) }} as recycling_id,
        rejections.rejection_id,
        rejections.lead_id,
        rejections.account_id,
        rejections.cycle_number as from_cycle_number,
        rejections.cycle_number + 1 as to_cycle_number,
        rejections.rejected_from_stage as recycled_from_stage,
        rejections.rejected_at as recycled_at,
        rejections.rejected_by as recycled_by,
        rejections.reason_code,
        next_cycles.requalified_at,
        next_cycles.reaccepted_at,
        next_cycles.opportunity_at,
        next_cycles.customer_at,
        {{ minutes_between('rejections.rejected_at', 'next_cycles.requalified_at') }} / 1440.0 as days_to_requalify
    from rejections
    left join next_cycles
        on
            rejections.lead_id = next_cycles.lead_id
            and rejections.cycle_number + 1 = next_cycles.cycle_number

)

select * from final
