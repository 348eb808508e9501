{#
    Incremental by key, for staging: the bank of row versions only ever grows, so a key that no load brought again since
    the last build has the row that it had. A key that first came after all stored rows has none to replace; where none of
    tonight's has, no stored key is looked at. A schema of another loader is no bank (rows may change and go without a
    trace), so there every row is replaced.
#}
{% macro get_incremental_by_key_sql(arguments) -%}
{%- set key = arguments['unique_key'] if arguments['unique_key'] is string else arguments['unique_key'] | join(', ') -%}
{%- set relation = source_relation(*model['sources'][0]) -%}
{%- set loaded_again -%}
({{ key }}) in (
        select {{ key }} from {{ arguments['temp_relation'] }}
        {%- if 'first_loaded_at' in arguments['dest_columns'] | map(attribute='name') %}
        where first_loaded_at <= (select max(loaded_at) from {{ arguments['target_relation'] }})
        {%- endif %}
    )
{%- endset -%}
{{ replace_rows(arguments, loaded_again if relation is none or is_banked(column_names(relation))) }}
{%- endmacro %}


{# The table of a source as it is found, another loader's included; none if there is none. #}
{% macro source_relation(source_name, table_name) -%}
{%- set declared = source(source_name, table_name) -%}
{%- set identifier = (var('source_tables', {}) or {}).get(source_name ~ '.' ~ table_name, declared.identifier) -%}
{{ return(adapter.get_relation(declared.database, declared.schema, identifier)) }}
{%- endmacro %}


{# The names of a relation's columns, lower case. #}
{% macro column_names(relation) -%}
{{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) }}
{%- endmacro %}


{# Whether a table with these columns is a bank of our own loader's. #}
{% macro is_banked(columns) -%}
{{ return('_loaded_at' in columns and '_file_order' in columns) }}
{%- endmacro %}
