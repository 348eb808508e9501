{#
    Business time: exact to the microsecond, without loops, for any model.

    Each macro gives a relation to select from or to put into a CTE. It reads `relation` (a CTE or a model) and hands
    back its `keys` and the answer, one row per row. Business minutes from a to b are the length of [a, b) inside the
    opening hours of the row's calendar. The calendars are data (reference.business_calendars); an instant outside the
    20 years around as_of that they cover, or a calendar that does not exist, gives null and never a wrong number.

        with

        waits as (select ticket_id, calendar_id, opened_at, answered_at from ...),

        measured as (

            {{ business_elapsed('waits', ['ticket_id'], 'opened_at', 'answered_at') }}

        )

    How: reference.business_segments is the time line of every calendar without gaps, cut at UTC midnights, with the
    running total of open microseconds. Both ends of an interval find their total by an equi-join on calendar and day.
    Keys are any columns to carry along: with all of them there is nothing to join back. The way back, from a total to its instant, is an equi-join on reference.business_totals, which is cut at every
    eighth open hour.
#}


{# Open microseconds and minutes in [starts_at, ends_at): keys, business_us (bigint), business_minutes (double).
   Null when either end is null; zero when the end is not after the start. `prefix` goes before both names. #}
{% macro business_elapsed(
    relation, keys, starts_at, ends_at, calendar='calendar_id', prefix='business'
) -%}
select
    {% for key in keys %}intervals.{{ key }},
    {% endfor -%}
    greatest(
        {{ open_us_at('until_segments', 'intervals.' ~ ends_at) }}
        - {{ open_us_at('from_segments', 'intervals.' ~ starts_at) }}, 0
    ) as {{ prefix }}_us,
    greatest(
        {{ open_us_at('until_segments', 'intervals.' ~ ends_at) }}
        - {{ open_us_at('from_segments', 'intervals.' ~ starts_at) }}, 0
    ) / cast(60000000 as double) as {{ prefix }}_minutes
from {{ relation }} as intervals
left join {{ source('reference', 'business_segments') }} as from_segments
    on {{ in_segment('from_segments', 'intervals.' ~ starts_at, 'intervals.' ~ calendar) }}
left join {{ source('reference', 'business_segments') }} as until_segments
    on {{ in_segment('until_segments', 'intervals.' ~ ends_at, 'intervals.' ~ calendar) }}
{%- endmacro %}


{# The earliest instant at which `limit_us` open microseconds have run since starts_at: keys, due_at. A limit of zero
   is due at once. A limit that ends exactly with an opening is due at its closing, not at the next opening. #}
{% macro business_due(relation, keys, starts_at, limit_us, calendar='calendar_id') -%}
select
    {% for key in keys %}targets.{{ key }},
    {% endfor -%}
    case
        when targets.limit_us <= 0 then targets.starts_at
        else {{ from_epoch_us(
            epoch_us('totals.from_at') ~ ' + targets.target_us - totals.us_from'
        ) }}
    end as due_at
from (
    select
        {% for key in keys %}intervals.{{ key }},
        {% endfor -%}
        intervals.{{ calendar }} as calendar_id,
        intervals.{{ starts_at }} as starts_at,
        intervals.{{ limit_us }} as limit_us,
        {{ open_us_at('segments', 'intervals.' ~ starts_at) }} + intervals.{{ limit_us }} as target_us,
        cast(
            floor(
                ({{ open_us_at('segments', 'intervals.' ~ starts_at) }} + intervals.{{ limit_us }} - 1)
                / cast({{ business_total_bucket_us() }} as double)
            ) as bigint
        ) as total_bucket
    from {{ relation }} as intervals
    left join {{ source('reference', 'business_segments') }} as segments
        on {{ in_segment('segments', 'intervals.' ~ starts_at, 'intervals.' ~ calendar) }}
) as targets
left join {{ source('reference', 'business_totals') }} as totals
    on
        targets.calendar_id = totals.calendar_id
        and targets.total_bucket = totals.total_bucket
        and targets.target_us > totals.us_from
        and targets.target_us <= totals.us_to
{%- endmacro %}


{# The close of the business day that starts_at lies in, or of the next one when it lies outside opening hours: keys,
   due_at. A break between two openings belongs to its day: the next opening is that day's. #}
{% macro business_day_close(relation, keys, starts_at, calendar='calendar_id') -%}
select
    {% for key in keys %}intervals.{{ key }},
    {% endfor -%}
    segments.day_closes_at as due_at
from {{ relation }} as intervals
left join {{ source('reference', 'business_segments') }} as segments
    on {{ in_segment('segments', 'intervals.' ~ starts_at, 'intervals.' ~ calendar) }}
{%- endmacro %}


{# The join condition that finds the one segment an instant lies in. #}
{% macro in_segment(segments, instant, calendar) -%}
{{ segments }}.calendar_id = {{ calendar }}
        and {{ segments }}.utc_date = cast({{ instant }} as date)
        and {{ segments }}.from_at <= {{ instant }}
        and {{ segments }}.to_at > {{ instant }}
{%- endmacro %}


{# The calendar's running total of open microseconds at an instant inside the joined segment. #}
{% macro open_us_at(segments, instant) -%}
(
        {{ segments }}.open_us_before + case
            when {{ segments }}.is_open
                then {{ epoch_us(instant) }} - {{ epoch_us(segments ~ '.from_at') }}
            else 0
        end
    )
{%- endmacro %}


{# Open microseconds per bucket of reference.business_totals; orchestration/reference/calendars.py cuts by the same. #}
{% macro business_total_bucket_us() -%}28800000000{%- endmacro %}
