{# One number for the rows of a set, whatever their order: two sets that differ share it by chance once in 2^64 times. #}
{% macro fingerprint(expressions) -%}{{ return(adapter.dispatch('fingerprint')(expressions)) }}{%- endmacro %}
{% macro default__fingerprint(expressions) -%}sum(hash({{ expressions | join(', ') }})){%- endmacro %}
{% macro spark__fingerprint(expressions) -%}
sum(cast(xxhash64({{ expressions | join(', ') }}) as decimal(38, 0)))
{%- endmacro %}
