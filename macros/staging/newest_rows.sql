{#
    The newest version of every row of a source table, with every declared column present and typed.

    The declared schema (models/staging/<source>/_<source>__sources.yml) is the one place that names columns and
    types. A column that the extract lacks reads as null, a table that it lacks reads as empty: a source that is not
    in use costs nothing and breaks nothing. The newest version wins by the source's own modification stamp, then by
    load time, then by file order.

    An existing schema of another loader is read in place: the vars `<source>_database` and `<source>_schema` say
    where, `source_tables` (source.table to name) where a table is called otherwise. Columns are found under the
    vendor's spelling too (Airbyte keeps `IsConverted` and `properties_email`).

    In an incremental model (strategy `by_key`, macros/staging/by_key.sql) only the rows whose key was loaded again
    since the model was built last.
#}
{% macro newest_rows(source_name, table_name) %}
{%- if not execute -%}
select 1 as placeholder from {{ source(source_name, table_name) }}
{%- else -%}
{%- set node = graph.sources.values()
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name) | first -%}
{%- set meta = node.config.meta or node.meta -%}
{%- set relation = source_relation(source_name, table_name) -%}
{%- set found = {} -%}
{%- set squashed = {} -%}
{%- if relation is not none -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.update({column.name | lower: adapter.quote(column.name)}) -%}
        {%- do squashed.update({squash_name(column.name): adapter.quote(column.name)}) -%}
    {%- endfor -%}
{%- endif -%}
{%- set passthrough = passthrough_names(source_name, table_name) -%}
{%- for name in (node.columns.keys() | list) + passthrough -%}
    {%- if name not in found -%}
        {%- set spellings = [squash_name(name), squash_name(name | replace('property_', 'properties_', 1))] -%}
        {%- set declared = (node.columns.get(name, {}).get('config') or {}).get('meta') or {} -%}
        {%- for other in declared.get('also_called') or [] -%}
            {%- do spellings.extend([squash_name(other), 'properties' ~ squash_name(other)]) -%}
        {%- endfor -%}
        {%- for spelling in spellings -%}
            {%- if name not in found and spelling in squashed and not name.startswith('_') -%}
                {%- do found.update({name: squashed[spelling]}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor -%}
{%- set stamps = [] -%}
{%- for column in meta.modified_at -%}
    {%- if column in found -%}{%- do stamps.append(found[column]) -%}{%- endif -%}
{%- endfor -%}
{%- if '_fivetran_synced' in found and '_fivetran_synced' not in meta.modified_at -%}
    {%- do stamps.append('_fivetran_synced') -%}
{%- endif -%}
{%- set keys = [] -%}
{%- for column in meta.primary_key if column in found -%}
    {%- if source_name == 'salesforce' and column == 'id' -%}
        {%- do keys.append(salesforce_id(found[column])) -%}
    {%- else -%}
        {%- do keys.append(found[column]) -%}
    {%- endif -%}
{%- endfor -%}
{%- if not keys -%}{%- do keys.append('1') -%}{%- endif %}
    select
    {%- for name, column in node.columns.items() %}
        {% if name in found %}cast({{ found[name] }} as {{ api_type(column.data_type) }})
        {%- else %}cast(null as {{ api_type(column.data_type) }}){% endif %} as {{ adapter.quote(name) }},
    {%- endfor %}
    {%- for name in passthrough %}
        {% if name in found %}cast({{ found[name] }} as {{ api_type('string') }})
        {%- else %}cast(null as {{ api_type('string') }}){% endif %} as {{ adapter.quote(name) }},
    {%- endfor %}
        {% if '_loaded_at' in found %}cast(_loaded_at as timestamp)
        {%- elif '_fivetran_synced' in found %}cast(_fivetran_synced as timestamp)
        {%- elif '_airbyte_extracted_at' in found %}cast(_airbyte_extracted_at as timestamp)
        {%- else %}cast(null as timestamp){% endif %} as _loaded_at,
        {% if '_loaded_at' in found %}cast(_oldest_loaded_at as timestamp)
        {%- elif '_fivetran_synced' in found %}cast(_fivetran_synced as timestamp)
        {%- elif '_airbyte_extracted_at' in found %}cast(_airbyte_extracted_at as timestamp)
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
                    {% if '_loaded_at' in found %}_loaded_at desc nulls last,{% endif %}
                    {% if '_airbyte_extracted_at' in found %}_airbyte_extracted_at desc nulls last,{% endif %}
                    {% if '_file_order' in found %}_file_order desc nulls last,{% endif %}
                    {% if '_row' in found %}_row desc nulls last,{% endif %}
                    {{ keys | join(', ') }}
            ) as _version_rank{% if '_loaded_at' in found %},
            min(_loaded_at) over (partition by {{ keys | join(', ') }}) as _oldest_loaded_at{% endif %}
        from {{ relation }}
        {%- if is_incremental() and is_banked(found) %}
        {#- Loads of a source carry rising stamps, and a build reads whole loads (orchestration/ingest/load.py). #}
        where ({{ keys | join(', ') }}) in (
            select {{ keys | join(', ') }}
            from {{ relation }}
            where _loaded_at > (select coalesce(max(loaded_at), cast('1900-01-01' as timestamp)) from {{ this }})
        )
        {%- endif %}
    ) as versions
    where _version_rank = 1
    {%- endif %}
{%- endif -%}
{% endmacro %}


{# The engine's name for a declared type: string, timestamp, date, boolean, bigint, double, decimal(p,s). #}
{% macro api_type(data_type) -%}
    {%- if data_type == 'string' -%}{{ dbt.type_string() }}{%- else -%}{{ data_type }}{%- endif -%}
{%- endmacro %}


{# A name's letters and digits, lower case: equal for every spelling of one name. #}
{% macro squash_name(name) -%}
{{ return(modules.re.sub('[^a-z0-9]', '', name | lower)) }}
{%- endmacro %}


{# The custom columns that a source table passes through: var `passthrough_columns`, source.table to names. #}
{% macro passthrough_names(source_name, table_name) -%}
{{ return((var('passthrough_columns', {}) or {}).get(source_name ~ '.' ~ table_name, [])) }}
{%- endmacro %}


{# The same in a staging model's select list. #}
{% macro passthrough_columns(source_name, table_name) -%}
{%- for name in passthrough_names(source_name, table_name) -%}
{{ adapter.quote(name) }},
        {% endfor -%}
{%- endmacro %}
