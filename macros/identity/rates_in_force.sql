{# The conversion rates that hold at the instant of the build: columns currency_code, conversion_rate. #}
{% macro rates_in_force() -%}
{%- set today = local_date(as_of(), setting('reporting_time_zone')) -%}
    select currency_code, conversion_rate
    from {{ ref('int_currencies__rates') }}
    where valid_from <= {{ today }} and valid_to > {{ today }}
{%- endmacro %}
