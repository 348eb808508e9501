-- A rep's no, in the cycle that it ended. A recycled lead's `raw` row already counts in the next one.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

rejections as (

    select
        transition_id,
        lead_id,
        case when to_stage = 'raw' then cycle_number - 1 else cycle_number end as cycle_number,
        from_stage,
        to_stage,
        occurred_at,
        reason_code,
        is_inferred
    from transitions
    where
        from_stage is not null
        and (to_stage = 'raw' or (to_stage = 'lost' and trigger like '%rejected%'))

)

select * from rejections
