-- The months, in the reporting time zone, from the first one in which anything was promised and measured to today's.
with

local_days as (

    select * from {{ source('reference', 'local_days') }}
    where time_zone = {{ setting('reporting_time_zone') }}

),

transitions as (

    select min(occurred_at) as first_at
    from {{ ref('fct_lifecycle_transitions') }}

),

month_starts as (

    select
        cast(date_trunc('month', local_days.local_date) as date) as month_start_date,
        min(local_days.starts_at) as starts_at,
        max(local_days.ends_at) as ends_at
    from local_days
    group by cast(date_trunc('month', local_days.local_date) as date)

),

months as (

    select
        month_starts.month_start_date,
        month_starts.starts_at,
        month_starts.ends_at,
        month_starts.ends_at <= {{ as_of() }} as is_over
    from month_starts
    cross join transitions
    where
        month_starts.ends_at > transitions.first_at
        and month_starts.starts_at <= {{ as_of() }}

)

select * from months
