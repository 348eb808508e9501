{# A campaign named in definition data, in the form of dim_campaigns: a record key or a bare Salesforce id is cut to its
   first 15 characters. #}
{% macro campaign_reference(column) -%}
case
        when {{ column }} like 'salesforce:campaign:%'
            then 'salesforce:campaign:' || substr(trim({{ column }}), 21, 15)
        when length(trim({{ column }})) = 18 and trim({{ column }}) like '701%' then substr(trim({{ column }}), 1, 15)
        else trim({{ column }})
    end
{%- endmacro %}
