{% set carried = [
    'clock_id', 'commitment_id', 'commitment_label', 'owed_by', 'subject_type', 'subject_id', 'lead_id', 'account_id',
    'campaign_id', 'cycle_number', 'started_at', 'due_at', 'stopped_at', 'answerable_owner_id', 'on_breach', 'clock',
] %}

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
        *,
        coalesce(stopped_at, {{ as_of() }}) as overdue_until
    from clocks

),

measured as (

    {{ business_elapsed('overdue', carried + ['overdue_until'], 'due_at', 'overdue_until') }}

),

breaches as (

    select
        measured.clock_id,
        measured.commitment_id,
        measured.commitment_label,
        measured.owed_by,
        measured.subject_type,
        measured.subject_id,
        measured.lead_id,
        measured.account_id,
        measured.campaign_id,
        measured.cycle_number,
        measured.started_at,
        measured.due_at as breached_at,
        measured.stopped_at,
        measured.stopped_at is null as is_open,
        measured.answerable_owner_id,
        users.team as answerable_team,
        users.manager_id,
        measured.on_breach as consequence,
        -- In the minutes that the commitment is counted in.
        case
            when measured.clock = 'elapsed' then {{ minutes_between('measured.due_at', 'measured.overdue_until') }}
            else measured.business_minutes
        end as minutes_over,
        {{ minutes_between('measured.due_at', 'measured.overdue_until') }} as elapsed_minutes_over,
        measured.business_minutes as business_minutes_over
    from measured
    left join users
        on measured.answerable_owner_id = users.user_id

)

select * from breaches
