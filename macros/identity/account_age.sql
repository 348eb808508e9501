{#
    Accounts numbered by age: their earliest record's creation, then its key. Needs CTE accounts (account_id, created_at,
    first_record_key) of all accounts of the CRM.
#}
{% macro account_age() -%}
cast(row_number() over (order by created_at asc nulls last, first_record_key asc nulls last) as bigint)
{%- endmacro %}
