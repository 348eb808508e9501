{# The calendar day, in a time zone, that an instant (UTC timestamp) falls on. #}
{% macro local_date(instant, time_zone) -%}{{ return(adapter.dispatch('local_date')(instant, time_zone)) }}{%- endmacro %}
{% macro default__local_date(instant, time_zone) -%}
cast(timezone({{ time_zone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}
{% macro spark__local_date(instant, time_zone) -%}
cast(from_utc_timestamp({{ instant }}, {{ time_zone }}) as date)
{%- endmacro %}


{# The instant (UTC timestamp) at which a day starts in a time zone. #}
{% macro local_day_start(day, time_zone) -%}{{ return(adapter.dispatch('local_day_start')(day, time_zone)) }}{%- endmacro %}
{# Where clocks go back over midnight the day has two of them, and this engine means the second: the first counts. #}
{% macro default__local_day_start(day, time_zone) -%}
{%- set midnight = "timezone('UTC', timezone(" ~ time_zone ~ ", cast(" ~ day ~ " as timestamp)))" -%}
case
    when timezone({{ time_zone }}, timezone('UTC', {{ midnight }} - interval '1' hour)) = cast({{ day }} as timestamp)
        then {{ midnight }} - interval '1' hour
    else {{ midnight }}
end
{%- endmacro %}
{% macro spark__local_day_start(day, time_zone) -%}
to_utc_timestamp(cast({{ day }} as timestamp), {{ time_zone }})
{%- endmacro %}


{# Whether an instant is a midnight, as a date without a time is read. #}
{% macro has_no_time(column) -%}
{{ column }} = cast(cast({{ column }} as date) as timestamp)
{%- endmacro %}


{#
    The instant that a column means which some extracts fill with a date, read as midnight, and some with a time of day: a
    date is the start of that day in a time zone.
#}
{% macro day_or_instant(column, time_zone) -%}
case
    when {{ has_no_time(column) }}
        then {{ local_day_start("cast(" ~ column ~ " as date)", time_zone) }}
    else {{ column }}
end
{%- endmacro %}


{# The latest instant that such a column can mean, whatever the time zone: no day starts more than twelve hours after UTC's. #}
{% macro latest_start(column) -%}
case
    when {{ has_no_time(column) }} then {{ column }} + interval '12' hour
    else {{ column }}
end
{%- endmacro %}


{# A setting of the organisation, as a scalar subquery: text unless cast. #}
{% macro setting(name, type='string') -%}
(select cast(value as {{ api_type(type) }}) from {{ ref('settings') }} where setting = '{{ name }}')
{%- endmacro %}
