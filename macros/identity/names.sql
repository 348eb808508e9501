{# First and last name in one text; null when both are missing. #}
{% macro full_name(first_name, last_name) -%}
nullif(trim(coalesce({{ first_name }}, '') || ' ' || coalesce({{ last_name }}, '')), '')
{%- endmacro %}


{# The record key of a Salesforce owner: a queue's id starts with 00G. #}
{% macro salesforce_owner_key(owner_id) -%}
case
            when {{ owner_id }} like '00G%' then 'salesforce:group:' || {{ owner_id }}
            else 'salesforce:user:' || {{ owner_id }}
        end
{%- endmacro %}
