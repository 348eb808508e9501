-- Every clock with its due time, its first stop and the time it took, raw and in opening hours of its calendar.
{% set carried = [
    'clock_id', 'commitment_id', 'policy_version', 'subject_type', 'subject_id', 'cycle_number', 'clock', 'owner_id',
    'owned_until_us', 'calendar_id', 'started_at',
] %}

with

started_clocks as (

    select * from {{ ref('int_sla__started_clocks') }}

),

policies as (

    select * from {{ ref('int_sla__policies') }}

),

stop_events as (

    select subject_type, subject_id, cycle_number, event, occurred_at
    from {{ ref('int_sla__events') }}
    where event in (select stops_on from policies)

),

-- Events of a cycle stop that cycle's clocks; touches and adjustments belong to none and stop any.
stops as (

    select
        started_clocks.clock_id,
        min(stop_events.occurred_at) as stopped_at
    from started_clocks
    inner join stop_events
        on
            started_clocks.subject_type = stop_events.subject_type
            and started_clocks.subject_id = stop_events.subject_id
            and started_clocks.stops_on = stop_events.event
            and started_clocks.started_at <= stop_events.occurred_at
            and (
                stop_events.cycle_number is null
                or started_clocks.cycle_number = stop_events.cycle_number
            )
    group by started_clocks.clock_id

),

elapsed_clocks as (

    select
        {{ carried | join(', ') }},
        limit_us,
        {{ from_epoch_us(epoch_us('started_at') ~ ' + limit_us') }} as due_at
    from started_clocks
    where clock = 'elapsed'

),

business_clocks as (

    select * from started_clocks
    where clock = 'business'

),

business_dues as (

    {{ business_due('business_clocks', carried + ['limit_us'], 'started_at', 'limit_us') }}

),

same_day_clocks as (

    select * from started_clocks
    where clock = 'same_business_day'

),

same_day_closes as (

    {{ business_day_close('same_day_clocks', carried, 'started_at') }}

),

-- Their limit is what is open between the start and the close.
same_day_dues as (

    {{ business_elapsed(
        'same_day_closes', carried + ['due_at'], 'started_at', 'due_at', prefix='limit'
    ) }}

),

due_clocks as (

    select {{ carried | join(', ') }}, limit_us, due_at from elapsed_clocks

    union all

    select {{ carried | join(', ') }}, limit_us, due_at from business_dues

    union all

    select {{ carried | join(', ') }}, limit_us, due_at from same_day_dues

),

stopped as (

    select
        due_clocks.*,
        stops.stopped_at,
        coalesce(stops.stopped_at, {{ as_of() }}) as measured_until
    from due_clocks
    left join stops
        on due_clocks.clock_id = stops.clock_id

),

measured as (

    {{ business_elapsed(
        'stopped', carried + ['limit_us', 'due_at', 'stopped_at', 'measured_until'],
        'started_at', 'measured_until'
    ) }}

)

select * from measured
