with

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where status = 'breached'

),

users as (

    select * from {{ ref('int_users__unified') }}

),

overdue as (

    select
        clock_id,
        calendar_id,
        due_at,
        coalesce(stopped_at, {{ as_of() }}) as overdue_until
    from clocks

),

measured as (

    {{ business_elapsed('overdue', ['clock_id', 'due_at', 'overdue_until'], 'due_at', 'overdue_until') }}

),

breaches as (

    select
        clocks.clock_id,
        clocks.commitment_id,
        clocks.commitment_label,
        clocks.owed_by,
        clocks.subject_type,
        clocks.subject_id,
        clocks.lead_id,
        clocks.account_id,
        clocks.campaign_id,
        clocks.cycle_number,
        clocks.started_at,
        clocks.due_at as breached_at,
        clocks.stopped_at,
        clocks.stopped_at is null as is_open,
        clocks.answerable_owner_id,
        users.team as answerable_team,
        users.manager_id,
        clocks.on_breach as consequence,
        -- In the minutes that the commitment is counted in.
        case
            when clocks.clock = 'elapsed'
                then {{ minutes_between('measured.due_at', 'measured.overdue_until') }}
            else measured.business_minutes
        end as minutes_over,
        {{ minutes_between('measured.due_at', 'measured.overdue_until') }} as elapsed_minutes_over,
        measured.business_minutes as business_minutes_over
    from clocks
    inner join measured
        on clocks.clock_id = measured.clock_id
    left join users
        on clocks.answerable_owner_id = users.user_id

)

select * from breaches
