-- The stays of rep_calendars: disjoint, with the person resolved. Outside of them the user's zone decides.
with

rep_calendars as (

    select * from {{ ref('rep_calendars') }}

),

user_references as (

    select * from {{ ref('int_users__references') }}

),

calendars as (

    select calendar_id from {{ source('reference', 'business_calendars') }}

),

stays as (

    select
        user_references.user_id,
        rep_calendars.calendar_id,
        {{ local_day_start('rep_calendars.valid_from', setting('reporting_time_zone')) }}
            as valid_from,
        {{ local_day_start('rep_calendars.valid_to', setting('reporting_time_zone')) }} as valid_to
    from rep_calendars
    inner join user_references
        on {{ user_reference('rep_calendars.user_ref') }} = user_references.user_ref
    inner join calendars
        on rep_calendars.calendar_id = calendars.calendar_id

),

-- Where two stays overlap the later one wins from its start; the calendar's name settles a tie.
cut as (

    select
        user_id,
        calendar_id,
        coalesce(valid_from, timestamp '1900-01-01 00:00:00') as valid_from,
        valid_to,
        lead(coalesce(valid_from, timestamp '1900-01-01 00:00:00')) over (
            partition by user_id
            order by valid_from asc nulls first, calendar_id asc nulls last
        ) as next_valid_from
    from stays

),

spans as (

    select
        user_id,
        calendar_id,
        valid_from,
        case
            when valid_to is null then next_valid_from
            when next_valid_from is null or valid_to <= next_valid_from then valid_to
            else next_valid_from
        end as valid_to
    from cut

),

not_empty as (

    select * from spans
    where valid_to is null or valid_to > valid_from

)

select * from not_empty
