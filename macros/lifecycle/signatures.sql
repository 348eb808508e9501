{# Whether a version lacks a signature: never applied, only simulated. A signed one may still never come into force. #}
{% macro lacks_signature(versions) -%}
(
            trim(coalesce({{ versions }}.sales_signed_by, '')) = ''
            or trim(coalesce({{ versions }}.marketing_signed_by, '')) = ''
        )
{%- endmacro %}
