{# A person named in definition data, in the form that int_users compares: a record key or a bare Salesforce id is cut
   to its first 15 characters, an e-mail address is lower-cased. #}
{% macro user_reference(column) -%}
case
        when {{ column }} like '%@%' then lower(trim({{ column }}))
        {{ salesforce_references(column, {'user': '005', 'group': '00G'}) }}
        else trim({{ column }})
    end
{%- endmacro %}


{# A campaign named in definition data, in the form of dim_campaigns: cut in the same way. #}
{% macro campaign_reference(column) -%}
case
        {{ salesforce_references(column, {'campaign': '701'}) }}
        else trim({{ column }})
    end
{%- endmacro %}


{# The cases of a Salesforce reference: what record keys call each kind, and how its ids begin. #}
{% macro salesforce_references(column, kinds) -%}
{%- for kind, prefix in kinds.items() %}
        {%- set record_key = 'salesforce:' ~ kind ~ ':' %}
        when {{ column }} like '{{ record_key }}%'
            then '{{ record_key }}' || substr(trim({{ column }}), {{ record_key | length + 1 }}, 15)
        when length(trim({{ column }})) = 18 and trim({{ column }}) like '{{ prefix }}%'
            then substr(trim({{ column }}), 1, 15)
        {%- endfor %}
{%- endmacro %}
