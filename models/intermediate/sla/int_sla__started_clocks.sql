{#
    A view: the clocks are written once, when they are measured.
#}
{{ config(materialized='view') }}

-- One clock per commitment, subject and cycle: the policy in force when it started, the owner who was asked then, and
-- the limit in microseconds of that owner's calendar.
with

policies as (

    select * from {{ ref('int_sla__policies') }}

),

events as (

    select * from {{ ref('int_sla__events') }}

),

owner_spans as (

    select * from {{ ref('int_sla__owner_spans') }}

),

users as (

    select * from {{ ref('int_users__unified') }}

),

calendar_spans as (

    select * from {{ ref('int_users__calendar_spans') }}

),

calendars as (

    select * from {{ source('reference', 'business_calendars') }}

),

default_calendar as (

    select calendar_id as default_calendar_id
    from calendars
    where is_default

),

-- An inferred transition starts no clock: nobody was asked.
first_starts as (

    select
        subject_type,
        subject_id,
        cycle_number,
        event,
        min(occurred_at) as started_at
    from events
    where
        not is_inferred
        and cycle_number is not null
        and event in (select starts_on from policies)
    group by subject_type, subject_id, cycle_number, event

),

-- A version may let a promise start on another event: a cycle still has one clock of it, from the first that was in force.
started as (

    select
        policies.commitment_id,
        policies.subject_type,
        policies.stops_on,
        policies.limit_value,
        policies.limit_unit,
        policies.clock,
        policies.version as policy_version,
        first_starts.subject_id,
        first_starts.cycle_number,
        first_starts.started_at,
        row_number() over (
            partition by
                policies.commitment_id, first_starts.subject_type, first_starts.subject_id, first_starts.cycle_number
            order by first_starts.started_at asc nulls last, policies.version asc nulls last
        ) as start_number
    from first_starts
    inner join policies
        on
            first_starts.subject_type = policies.subject_type
            and first_starts.event = policies.starts_on
            and first_starts.started_at >= policies.valid_from
            and (policies.valid_to is null or first_starts.started_at < policies.valid_to)

),

governed as (

    select
        commitment_id,
        subject_type,
        stops_on,
        limit_value,
        limit_unit,
        clock,
        policy_version,
        subject_id,
        cycle_number,
        started_at
    from started
    where start_number = 1

),

-- A form may come a moment before its lead has an owner: then the first owner is asked.
owned as (

    select
        governed.*,
        owner_spans.owner_id,
        -- Until when the person keeps it who had it when the clock started; 0 when that was a queue or nobody.
        case
            when not owner_spans.is_queue and governed.started_at >= owner_spans.valid_from
                then {{ end_us('owner_spans.valid_to') }}
            else 0
        end as owned_until_us
    from governed
    left join owner_spans
        on
            governed.subject_type = owner_spans.subject_type
            and governed.subject_id = owner_spans.subject_id
            and governed.started_at >= owner_spans.asked_from
            and {{ epoch_us('governed.started_at') }} < {{ end_us('owner_spans.valid_to') }}

),

on_calendars as (

    select
        owned.*,
        coalesce(
            calendar_spans.calendar_id,
            users.zone_calendar_id,
            default_calendar.default_calendar_id
        ) as calendar_id
    from owned
    cross join default_calendar
    left join users
        on owned.owner_id = users.user_id
    left join calendar_spans
        on
            owned.owner_id = calendar_spans.user_id
            and owned.started_at >= calendar_spans.valid_from
            and {{ epoch_us('owned.started_at') }} < {{ end_us('calendar_spans.valid_to') }}

),

limited as (

    select
        {{ key(['on_calendars.commitment_id', 'on_calendars.subject_type',
            'on_calendars.subject_id', 'on_calendars.cycle_number']) }} as clock_id,
        on_calendars.commitment_id,
        on_calendars.subject_type,
        on_calendars.subject_id,
        on_calendars.cycle_number,
        on_calendars.policy_version,
        on_calendars.stops_on,
        on_calendars.clock,
        on_calendars.owner_id,
        on_calendars.owned_until_us,
        on_calendars.calendar_id,
        on_calendars.started_at,
        -- A business day is the calendar's standard day of minutes; a plain day has 24 hours.
        cast(
            round(
                on_calendars.limit_value * 60000000
                * case
                    when on_calendars.limit_unit in ('minutes', 'business_minutes') then 1
                    when on_calendars.limit_unit in ('hours', 'business_hours') then 60
                    when on_calendars.clock = 'elapsed' then 1440
                    else calendars.standard_day_minutes
                end
            ) as bigint
        ) as limit_us
    from on_calendars
    inner join calendars
        on on_calendars.calendar_id = calendars.calendar_id

)

select * from limited
