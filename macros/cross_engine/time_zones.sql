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


{# A setting of the organisation, as a scalar subquery: text unless cast. #}
{% macro setting(name, type='string') -%}
(select cast(value as {{ api_type(type) }}) from {{ ref('settings') }} where setting = '{{ name }}')
{%- endmacro %}
