{#
    The tables that the sources in use have delivered: a list of source_system, table_name, relation, and `stamp`, the
    expression of a row's own time (its modification, else its creation, else when the source's connector saw it).
    Empty while dbt parses, and for a source that is not in use.
#}
{% macro delivered_tables() -%}
    {%- set delivered = [] -%}
    {%- if execute -%}
        {%- set own_times = ['created', 'created_at', 'created_date', 'activity_date', 'date_entered', 'timestamp'] -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') -%}
            {%- set meta = node.config.meta or node.meta -%}
            {%- if meta.primary_key is defined -%}
                {%- set identifier = (var('source_tables', {}) or {}).get(
                        node.source_name ~ '.' ~ node.name, node.identifier) -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, identifier) -%}
                {%- if relation is not none -%}
                    {%- set present = [] -%}
                    {%- for column in adapter.get_columns_in_relation(relation) -%}
                        {%- do present.append(column.name | lower) -%}
                    {%- endfor -%}
                    {%- set stamps = [] -%}
                    {%- for name in meta.modified_at + own_times + ['_fivetran_synced'] -%}
                        {#- What the connector did says when it looked, not when something changed: it comes last. -#}
                        {%- if name in present and name not in stamps
                            and (name == '_fivetran_synced' or not name.startswith('_')) -%}
                            {%- do stamps.append(name) -%}
                        {%- endif -%}
                    {%- endfor -%}
                    {%- if '_fivetran_synced' in stamps -%}
                        {%- do stamps.remove('_fivetran_synced') -%}
                        {%- do stamps.append('_fivetran_synced') -%}
                    {%- endif -%}
                    {%- set casts = [] -%}
                    {%- for name in stamps -%}
                        {%- do casts.append('cast(' ~ adapter.quote(name) ~ ' as timestamp)') -%}
                    {%- endfor -%}
                    {%- if casts | length > 1 -%}
                        {%- set stamp = 'coalesce(' ~ casts | join(', ') ~ ')' -%}
                    {%- else -%}
                        {%- set stamp = casts | first | default('cast(null as timestamp)', true) -%}
                    {%- endif -%}
                    {%- set loaded = '_loaded_at' if '_loaded_at' in present
                        else ('_fivetran_synced' if '_fivetran_synced' in present
                        else ('_airbyte_extracted_at' if '_airbyte_extracted_at' in present else 'null')) -%}
                    {%- do delivered.append({
                        'source_system': node.source_name,
                        'table_name': node.name,
                        'relation': relation,
                        'stamp': stamp,
                        'loaded': 'cast(' ~ loaded ~ ' as timestamp)',
                    }) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(delivered) }}
{%- endmacro %}


{#
    A table that Python writes beside the models, or no rows while it does not exist yet. `columns` maps each column to
    its type.
#}
{% macro rows_if_present(source_name, table_name, columns) -%}
{%- set wanted = source(source_name, table_name) -%}
{%- set relation = adapter.get_relation(wanted.database, wanted.schema, wanted.identifier) if execute else none -%}
select
    {%- for name, type in columns.items() %}
    {% if relation is none -%}
    cast(null as {{ api_type(type) }}) as {{ adapter.quote(name) }}
    {%- else -%}
    cast({{ adapter.quote(name) }} as {{ api_type(type) }}) as {{ adapter.quote(name) }}
    {%- endif -%}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{% if relation is none -%}
from (select 1 as nothing) as absent
where 1 = 0
{%- else -%}
from {{ relation }}
{%- endif -%}
{%- endmacro %}
