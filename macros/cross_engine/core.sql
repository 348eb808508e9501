{#
    The instant the build describes, as a UTC timestamp literal: the variable `as_of`, or the environment's CONCORD_AS_OF.
    The environment is asked while a model runs, not while it is parsed: a new night need not parse the project anew.
#}
{% macro as_of() -%}
{%- set instant = var('as_of', none) or (env_var('CONCORD_AS_OF', '') if execute else none) or '2026-01-01T00:00:00' -%}
cast('{{ instant | replace("T", " ") | replace("Z", "") }}' as timestamp)
{%- endmacro %}


{# Schema names are used as they are: the warehouse's schemas are a public interface. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}


{# Microseconds since 1970-01-01 UTC; durations are differences of these, the same on every engine. #}
{% macro epoch_us(timestamp) -%}{{ return(adapter.dispatch('epoch_us')(timestamp)) }}{%- endmacro %}
{% macro default__epoch_us(timestamp) -%}epoch_us({{ timestamp }}){%- endmacro %}
{% macro spark__epoch_us(timestamp) -%}unix_micros({{ timestamp }}){%- endmacro %}


{# The timestamp of an epoch in microseconds. #}
{% macro from_epoch_us(microseconds) -%}{{ return(adapter.dispatch('from_epoch_us')(microseconds)) }}{%- endmacro %}
{% macro default__from_epoch_us(microseconds) -%}make_timestamp(cast({{ microseconds }} as bigint)){%- endmacro %}
{% macro spark__from_epoch_us(microseconds) -%}timestamp_micros(cast({{ microseconds }} as bigint)){%- endmacro %}


{# b - a in minutes, a double; negative when b is before a. #}
{% macro minutes_between(a, b) -%}
(cast({{ epoch_us(b) }} - {{ epoch_us(a) }} as double) / 60000000.0)
{%- endmacro %}


{# A stable string key over one or more expressions. #}
{% macro key(expressions) -%}
md5(
    {%- for expression in expressions -%}
    coalesce(cast({{ expression }} as {{ dbt.type_string() }}), '~'){% if not loop.last %} || '|' || {% endif %}
    {%- endfor -%}
)
{%- endmacro %}


{# Matches a regular expression anywhere in the text. #}
{% macro regex_matches(text, pattern) -%}{{ return(adapter.dispatch('regex_matches')(text, pattern)) }}{%- endmacro %}
{% macro default__regex_matches(text, pattern) -%}regexp_matches({{ text }}, {{ pattern }}){%- endmacro %}
{% macro spark__regex_matches(text, pattern) -%}({{ text }} rlike {{ pattern }}){%- endmacro %}


{# Replaces every match of a regular expression. #}
{% macro regex_replace_all(text, pattern, replacement) -%}
{{ return(adapter.dispatch('regex_replace_all')(text, pattern, replacement)) }}
{%- endmacro %}
{% macro default__regex_replace_all(text, pattern, replacement) -%}
regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}
{% macro spark__regex_replace_all(text, pattern, replacement) -%}
regexp_replace({{ text }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}


{# One row per part of a delimited text: a relation with the given key columns and `part`. #}
{% macro explode_text(relation, key_columns, text_column, delimiter) -%}
{{ return(adapter.dispatch('explode_text')(relation, key_columns, text_column, delimiter)) }}
{%- endmacro %}
{% macro default__explode_text(relation, key_columns, text_column, delimiter) -%}
select {{ key_columns | join(', ') }}, trim(part) as part
from (
    select {{ key_columns | join(', ') }}, unnest(string_split({{ text_column }}, '{{ delimiter }}')) as part
    from {{ relation }}
    where {{ text_column }} is not null
) as parts
where trim(part) <> ''
{%- endmacro %}
{% macro spark__explode_text(relation, key_columns, text_column, delimiter) -%}
select {{ key_columns | join(', ') }}, trim(part) as part
from (
    select {{ key_columns | join(', ') }}, explode(split({{ text_column }}, '[{{ delimiter }}]')) as part
    from {{ relation }}
    where {{ text_column }} is not null
) as parts
where trim(part) <> ''
{%- endmacro %}


{# Texts joined in a given order, nulls left out. #}
{% macro ordered_text(expression, order_by, separator="','") -%}
{{ return(adapter.dispatch('ordered_text')(expression, order_by, separator)) }}
{%- endmacro %}
{% macro default__ordered_text(expression, order_by, separator) -%}
string_agg({{ expression }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}
{% macro spark__ordered_text(expression, order_by, separator) -%}
array_join(
    transform(
        array_sort(array_agg(struct({{ order_by }} as sort_key, {{ expression }} as item))), x -> x.item
    ), {{ separator }}
)
{%- endmacro %}


{# The end of a span of days; null means that it has none. #}
{% macro end_date(column) -%}coalesce({{ column }}, cast('9999-12-31' as date)){%- endmacro %}
