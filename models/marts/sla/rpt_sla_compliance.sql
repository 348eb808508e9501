-- Weeks by the start of the clock; whoever answers for a clock has it on their row. Void clocks count nowhere.
with

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where status <> 'void'

),

users as (

    select * from {{ ref('int_users__unified') }}

),

dated as (

    select
        cast(
            date_trunc(
                'week', {{ local_date('clocks.started_at', setting('reporting_time_zone')) }}
            ) as date
        ) as week_start_date,
        clocks.commitment_id,
        clocks.commitment_label,
        clocks.owed_by,
        users.team,
        coalesce(clocks.answerable_owner_id, clocks.owner_id) as owner_id,
        users.full_name as owner_name,
        clocks.status,
        clocks.stopped_at,
        clocks.business_minutes,
        clocks.elapsed_minutes
    from clocks
    left join users
        on coalesce(clocks.answerable_owner_id, clocks.owner_id) = users.user_id

),

compliance as (

    select
        week_start_date,
        commitment_id,
        commitment_label,
        owed_by,
        team,
        owner_id,
        owner_name,
        {{ compliance_measures() }}
    from dated
    group by
        week_start_date,
        commitment_id,
        commitment_label,
        owed_by,
        team,
        owner_id,
        owner_name

)

select * from compliance
