-- What sales decided on an MQL: accepted (SAL, proven by an opportunity too) or rejected, whichever came first. An
-- MQL that was only inferred was never put before anybody.
with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

rejections as (

    select * from {{ ref('int_sla__rejections') }}

),

qualified as (

    select
        lead_id,
        cycle_number,
        account_id,
        occurred_at as qualified_at
    from transitions
    where to_stage = 'mql' and not is_inferred

),

answers as (

    select
        lead_id,
        cycle_number,
        occurred_at as decided_at,
        true as is_accepted,
        cast(null as {{ api_type('string') }}) as reason_code
    from transitions
    where to_stage = 'sal'

    union all

    select
        lead_id,
        cycle_number,
        occurred_at as decided_at,
        false as is_accepted,
        reason_code
    from rejections

),

-- Accepted and rejected at one instant: the stage was entered before it was left.
ranked as (

    select
        qualified.lead_id,
        qualified.cycle_number,
        qualified.account_id,
        qualified.qualified_at,
        answers.decided_at,
        answers.is_accepted,
        answers.reason_code,
        row_number() over (
            partition by qualified.lead_id, qualified.cycle_number
            order by answers.decided_at asc nulls last, answers.is_accepted desc nulls last
        ) as answer_rank
    from qualified
    inner join answers
        on
            qualified.lead_id = answers.lead_id
            and qualified.cycle_number = answers.cycle_number
            and qualified.qualified_at <= answers.decided_at

),

decisions as (

    select
        lead_id,
        cycle_number,
        account_id,
        qualified_at,
        decided_at,
        is_accepted,
        reason_code
    from ranked
    where answer_rank = 1

)

select * from decisions
