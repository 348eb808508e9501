-- Weeks by the start of the clock; whoever answers for a clock has it on their row: for a breach the owner when it was due,
-- or nobody. A promise goes by its newest label. Void clocks count nowhere.
{%- set counted = "status <> 'void'" %}
with

clocks as (

    select
        commitment_id,
        case
            when status = 'breached' then answerable_owner_id else coalesce(answerable_owner_id, owner_id)
        end as owner_id,
        status,
        started_at,
        stopped_at,
        business_minutes,
        elapsed_minutes
    from {{ ref('fct_sla_clocks') }}
    where {{ counted }}

),

promises as (

    {{ newest_promises(ref('fct_sla_clocks'), counted) }}

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
        promises.commitment_label,
        promises.owed_by,
        users.team,
        clocks.owner_id,
        users.full_name as owner_name,
        clocks.status,
        clocks.stopped_at,
        clocks.business_minutes,
        clocks.elapsed_minutes
    from clocks
    inner join promises
        on clocks.commitment_id = promises.commitment_id
    left join users
        on clocks.owner_id = users.user_id

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
