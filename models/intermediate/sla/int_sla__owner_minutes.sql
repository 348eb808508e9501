-- How long a person, and not a queue or nobody, had each lead or account while its clock ran: of the clocks that were
-- not one person's from start to end.
with

clocks as (

    select
        clock_id,
        subject_type,
        subject_id,
        calendar_id,
        started_at,
        measured_until
    from {{ ref('int_sla__measured_clocks') }}
    where owned_until_us < {{ epoch_us('measured_until') }}

),

owner_spans as (

    select * from {{ ref('int_sla__owner_spans') }}

),

stays as (

    select
        clocks.clock_id,
        clocks.calendar_id,
        case
            when owner_spans.valid_from > clocks.started_at then owner_spans.valid_from
            else clocks.started_at
        end as stay_from,
        case
            when owner_spans.valid_to < clocks.measured_until then owner_spans.valid_to
            else clocks.measured_until
        end as stay_until
    from clocks
    inner join owner_spans
        on
            clocks.subject_type = owner_spans.subject_type
            and clocks.subject_id = owner_spans.subject_id
            and owner_spans.valid_from < clocks.measured_until
            and (owner_spans.valid_to is null or owner_spans.valid_to > clocks.started_at)
    where not owner_spans.is_queue

),

measured as (

    {{ business_elapsed('stays', ['clock_id', 'stay_from', 'stay_until'], 'stay_from', 'stay_until') }}

),

summed as (

    select
        clock_id,
        cast(
            sum({{ epoch_us('stay_until') }} - {{ epoch_us('stay_from') }}) as bigint
        ) as rep_us,
        cast(sum(business_us) as bigint) as rep_business_us
    from measured
    group by clock_id

)

select * from summed
