{#
    Incremental by key: the rows of keys that may have changed are worked out anew and replaced in one transaction; all
    others stay. A model of this kind has `materialized='incremental'`, `incremental_strategy='by_changed_key'`, says in its meta
    which model lists those keys (`changed`) and in which column (`key`), and reads its inputs through `is_among`.
#}
{% macro get_incremental_by_changed_key_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{{ replace_rows(arguments, is_in(meta['changed'], meta['key'])) }}
{%- endmacro %}


{# Whether a row belongs to a key that is worked out anew in this build; every row does in a full one. #}
{% macro is_among(changed, key, column=none) -%}
{%- if is_incremental() %}{{ is_in(changed, key, column) }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{% macro is_in(changed, key, column=none) -%}
{{ column or key }} in (select {{ key }} from {{ ref(changed) }})
{%- endmacro %}
