{# The conversion rates that hold at the instant of the build: columns currency_code, conversion_rate. #}
{% macro rates_in_force() -%}
    select currency_code, conversion_rate
    from {{ ref('stg_salesforce__dated_conversion_rates') }}
    where
        not is_deleted
        and start_date <= {{ local_date(as_of(), setting('reporting_time_zone')) }}
        and (next_start_date is null or next_start_date > {{ local_date(as_of(), setting('reporting_time_zone')) }})
{%- endmacro %}
