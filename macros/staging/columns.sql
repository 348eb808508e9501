{# Salesforce ids compare by their first 15 characters (case-sensitive) or by all 18: both name one record. #}
{% macro salesforce_id(column) -%}
nullif(substr(trim({{ column }}), 1, 15), '')
{%- endmacro %}


{# A text column: surrounding white space dropped, empty means null. #}
{% macro text(column) -%}
nullif(trim({{ column }}), '')
{%- endmacro %}


{# A picklist column: as text; the form's placeholder option means null. #}
{% macro picklist(column) -%}
case
            when lower(trim({{ column }})) in ('', 'select', '--none--', '- select -', 'please select') then null
            else trim({{ column }})
        end
{%- endmacro %}


{# True when any of the source's soft-delete columns says so. #}
{% macro is_deleted_row(columns) -%}
(
            {%- for column in columns %}
            coalesce({{ column }}, false){% if not loop.last %} or{% endif %}
            {%- endfor %}
        )
{%- endmacro %}
