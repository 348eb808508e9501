{#
    One number for the rows of a set, whatever their order: two sets that differ share it by chance once in 2^64 times. With
    `where`, for the rows that it names.
#}
{% macro fingerprint(expressions, where=none) -%}
{{ return(adapter.dispatch('fingerprint')(expressions, where)) }}
{%- endmacro %}
{% macro default__fingerprint(expressions, where) -%}
cast(sum({{ only_where('hash(' ~ expressions | join(', ') ~ ')', where) }}) as decimal(38, 0))
{%- endmacro %}
{% macro spark__fingerprint(expressions, where) -%}
sum({{ only_where('cast(xxhash64(' ~ expressions | join(', ') ~ ') as decimal(38, 0))', where) }})
{%- endmacro %}
{% macro only_where(value, where) -%}
{{ 'case when ' ~ where ~ ' then ' ~ value ~ ' end' if where else value }}
{%- endmacro %}


{# The end of a span as it was known at an instant: an end that came later had not come. #}
{% macro ended_by(end, instant_us) -%}
case when {{ end }} > {{ instant_us }} then {{ never_us() }} else {{ end }} end
{%- endmacro %}
