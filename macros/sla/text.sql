{# An instant as text to read: 2026-05-04 13:05. #}
{% macro timestamp_text(instant) -%}
substr(cast({{ instant }} as {{ api_type('string') }}), 1, 16)
{%- endmacro %}
