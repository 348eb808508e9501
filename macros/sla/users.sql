{# A person named in definition data, in the form that int_users compares: a record key or a bare Salesforce id is cut
   to its first 15 characters, an e-mail address is lower-cased. #}
{% macro user_reference(column) -%}
case
        when {{ column }} like '%@%' then lower(trim({{ column }}))
        when {{ column }} like 'salesforce:user:%'
            then 'salesforce:user:' || substr(trim({{ column }}), 17, 15)
        when {{ column }} like 'salesforce:group:%'
            then 'salesforce:group:' || substr(trim({{ column }}), 18, 15)
        when
            length(trim({{ column }})) = 18
            and (trim({{ column }}) like '005%' or trim({{ column }}) like '00G%')
            then substr(trim({{ column }}), 1, 15)
        else trim({{ column }})
    end
{%- endmacro %}
