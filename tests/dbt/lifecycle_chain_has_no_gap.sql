-- A lead (an account) that is in two stages at once, or in none, makes every count of stages wrong: each transition must
-- start where the one before it ended, never earlier in time, and only the first may come from nowhere.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lifecycle_transitions'}}}) }}

with

transitions as (

    select
        lead_id as subject_id,
        transition_number,
        from_stage,
        to_stage,
        cycle_number,
        occurred_at
    from {{ ref('fct_lifecycle_transitions') }}

    union all

    select
        account_id as subject_id,
        transition_number,
        from_stage,
        to_stage,
        cycle_number,
        occurred_at
    from {{ ref('fct_account_stage_transitions') }}

),

compared as (

    select
        subject_id,
        transition_number,
        from_stage,
        to_stage,
        cycle_number,
        occurred_at,
        lag(to_stage) over steps as previous_stage,
        lag(transition_number) over steps as previous_number,
        lag(cycle_number) over steps as previous_cycle,
        lag(occurred_at) over steps as previous_at
    from transitions
    window steps as (partition by subject_id order by transition_number asc nulls last)

),

broken as (

    select *
    from compared
    where
        from_stage is distinct from previous_stage
        or transition_number <> coalesce(previous_number, 0) + 1
        or occurred_at < previous_at
        or cycle_number < previous_cycle
        or cycle_number > previous_cycle + 1
        or from_stage = to_stage

)

select * from broken
