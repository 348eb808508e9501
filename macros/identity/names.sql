{# First and last name in one text; null when both are missing. #}
{% macro full_name(first_name, last_name) -%}
nullif(trim(coalesce({{ first_name }}, '') || ' ' || coalesce({{ last_name }}, '')), '')
{%- endmacro %}
