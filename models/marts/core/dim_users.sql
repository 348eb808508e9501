with

users as (

    select * from {{ ref('int_users__unified') }}

),

calendar_spans as (

    select * from {{ ref('int_users__calendar_spans') }}

),

current_calendars as (

    select
        user_id,
        calendar_id
    from calendar_spans
    where
        valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})

),

present_users as (

    select
        users.user_id,
        users.full_name,
        users.email,
        users.is_queue,
        users.is_active,
        users.team,
        users.manager_id,
        users.time_zone,
        coalesce(current_calendars.calendar_id, users.zone_calendar_id) as calendar_id,
        users.source_system,
        users.source_id
    from users
    left join current_calendars
        on users.user_id = current_calendars.user_id
    where not users.is_deleted

)

select * from present_users
