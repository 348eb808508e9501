{# What the last pushes to the CRM said: target, record_key, row_hash. Written by `concord alerts pushed` after a push
   succeeded; before the first one there is no such table, and everything is new. #}
{% macro pushed_rows(target_name) -%}
{%- set relation = none -%}
{%- if execute -%}
    {%- set relation = adapter.get_relation(
        database=target.database, schema='activation_state', identifier='pushed_rows'
    ) -%}
{%- endif -%}
{%- if relation is none -%}
select
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as row_hash
    where 1 = 0
{%- else -%}
select record_key, row_hash
    from {{ relation }}
    where target = '{{ target_name }}'
{%- endif -%}
{%- endmacro %}
