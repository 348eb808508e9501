{#
    The newest version of every row of a source table, with every declared column present and typed.

    The declared schema (models/staging/<source>/_<source>__sources.yml) is the one place that names columns and
    types. A column that the extract lacks reads as null, a table that it lacks reads as empty: a source that is not
    in use costs nothing and breaks nothing. The newest version wins by the source's own modification stamp, then by
    load time, then by file order.
#}
{% macro newest_rows(source_name, table_name) %}
{%- if not execute -%}
select 1 as placeholder from {{ source(source_name, table_name) }}
{%- else -%}
{%- set relation_ref = source(source_name, table_name) -%}
{%- set node = graph.sources.values()
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name) | first -%}
{%- set meta = node.config.meta or node.meta -%}
{%- set relation = adapter.get_relation(relation_ref.database, relation_ref.schema, relation_ref.identifier) -%}
{%- set present = [] -%}
{%- if relation is not none -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do present.append(column.name | lower) -%}
    {%- endfor -%}
{%- endif -%}
{%- set load_columns = {'_loaded_at': 'timestamp', '_file_order': 'bigint', '_row': 'bigint'} -%}
{%- set stamps = [] -%}
{%- for column in meta.modified_at -%}
    {%- if column in present -%}{%- do stamps.append(adapter.quote(column)) -%}{%- endif -%}
{%- endfor -%}
{%- if '_fivetran_synced' in present and '_fivetran_synced' not in meta.modified_at -%}
    {%- do stamps.append('_fivetran_synced') -%}
{%- endif -%}
{%- set keys = [] -%}
{%- for column in meta.primary_key -%}
    {%- if source_name == 'salesforce' and column == 'id' -%}
        {%- do keys.append(salesforce_id(adapter.quote(column))) -%}
    {%- else -%}
        {%- do keys.append(adapter.quote(column)) -%}
    {%- endif -%}
{%- endfor -%}
{%- set passthrough = (var('passthrough_columns', {}) or {}).get(source_name ~ '.' ~ table_name, []) %}
    select
    {%- for name, column in node.columns.items() %}
        {% if name in present %}cast({{ adapter.quote(name) }} as {{ api_type(column.data_type) }})
        {%- else %}cast(null as {{ api_type(column.data_type) }}){% endif %} as {{ adapter.quote(name) }},
    {%- endfor %}
    {%- for name in passthrough %}
        {% if name in present %}cast({{ adapter.quote(name) }} as {{ api_type('string') }})
        {%- else %}cast(null as {{ api_type('string') }}){% endif %} as {{ adapter.quote(name) }},
    {%- endfor %}
        {% if '_loaded_at' in present %}cast(_loaded_at as timestamp)
        {%- elif '_fivetran_synced' in present %}cast(_fivetran_synced as timestamp)
        {%- elif '_airbyte_extracted_at' in present %}cast(_airbyte_extracted_at as timestamp)
        {%- else %}cast(null as timestamp){% endif %} as _loaded_at,
        {% if '_loaded_at' in present %}cast(_oldest_loaded_at as timestamp)
        {%- elif '_fivetran_synced' in present %}cast(_fivetran_synced as timestamp)
        {%- elif '_airbyte_extracted_at' in present %}cast(_airbyte_extracted_at as timestamp)
        {%- else %}cast(null as timestamp){% endif %} as _first_loaded_at
    {% if relation is none -%}
    from (select 1 as nothing) as absent
    where 1 = 0
    {%- else -%}
    from (
        select
            *,
            {# Newest stamp first; the file order and the row settle what is loaded together. #}
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by
                    {% if stamps %}coalesce({{ stamps | join(', ') }}) desc nulls last,{% endif %}
                    {% if '_loaded_at' in present %}_loaded_at desc nulls last,{% endif %}
                    {% if '_file_order' in present %}_file_order desc nulls last,{% endif %}
                    {% if '_row' in present %}_row desc nulls last,{% endif %}
                    {{ keys | join(', ') }}
            ) as _version_rank{% if '_loaded_at' in present %},
            min(_loaded_at) over (partition by {{ keys | join(', ') }}) as _oldest_loaded_at{% endif %}
        from {{ relation_ref }}
    ) as versions
    where _version_rank = 1
    {%- endif %}
{%- endif -%}
{% endmacro %}


{# The engine's name for a declared type: string, timestamp, date, boolean, bigint, double, decimal(p,s). #}
{% macro api_type(data_type) -%}
    {%- if data_type == 'string' -%}{{ dbt.type_string() }}{%- else -%}{{ data_type }}{%- endif -%}
{%- endmacro %}
