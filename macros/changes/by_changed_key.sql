{#
    Incremental by key: the rows of keys that may have changed are worked out anew and replaced in one transaction; all
    others stay. A model of this kind has `materialized='incremental'`, `incremental_strategy='by_changed_key'`, says in its meta
    which model lists those keys (`changed`) and in which column (`key`), and reads its inputs through `is_among`. `and_where`
    is a condition for further rows that come anew.
#}
{% macro get_incremental_by_changed_key_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{{ replace_rows(arguments, is_in(meta['changed'], meta['key']), meta.get('and_where')) }}
{%- endmacro %}


{# Whether a row belongs to a key that is worked out anew in this build; every row does in a full one. #}
{% macro is_among(changed, key) -%}
{%- if is_incremental() %}{{ is_in(changed, key) }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{# The same for a source row: whether the record of a kind that has this id is worked out anew. #}
{% macro is_record_among(changed, kind, id) -%}
{%- if is_incremental() -%}
{{ id }} in (
        select substr(record_key, {{ kind | length + 2 }}) from {{ ref(changed) }} where record_key like '{{ kind }}:%'
    )
{%- else -%}1 = 1{%- endif -%}
{%- endmacro %}


{#
    The keys have a condition that all of them meet: only with one does DuckDB hand what it found to the scan, which then
    fetches no other column of a row that is not wanted (ADR 0191).
#}
{% macro is_in(changed, key, column=none) -%}
{{ column or key }} in (select {{ key }} from {{ ref(changed) }} where {{ key }} > '')
{%- endmacro %}


{#
    What the records of people say that this build resolves: those of whoever may be another person than before, all of them
    in a full one.
#}
{% macro resolved_people() -%}
{%- set records, affected = ref('int_people__records'), ref('int_people__affected') -%}
    select * from {{ affected if is_incremental() else records }}
    where source_system is not null
{%- endmacro %}
