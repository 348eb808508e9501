{#
    The keys of the records of people, or of companies, that are read anew: that a source row with news speaks of, ties
    together, or did. In a build from scratch every key that a record or a link has. `links` is the model of their links.
#}
{% macro changed_keys(links, is_company) -%}
{#- All that either branch reads, so that dbt knows of both. -#}
{%- set news = ref('int_records__news') -%}
{%- set links = ref(links) -%}
{%- set tables = [] -%}
{%- for table in tables_of_records(is_company) -%}
    {%- do tables.append((table['kind'], table['id'], ref(table['model']))) -%}
{%- endfor -%}
with

{% if flags.FULL_REFRESH %}
changed_keys as (

    {% for kind, id, relation in tables -%}
    select '{{ kind }}:' || {{ id }} as record_key from {{ relation }}
    where {{ id }} is not null
    union
    {% endfor -%}
    select record_key from {{ links }}
    union
    select linked_record_key as record_key from {{ links }}

)
{% else %}
told as (

    select
        links.record_key,
        links.linked_record_key
    from {{ links }} as links
    inner join {{ news }} as news on links.kind = news.kind and links.source_id = news.source_id

),

changed_keys as (

    select record_key from {{ news }}
    where
        {% for kind, _, _ in tables -%}
        {{ 'or ' if not loop.first }}record_key like '{{ kind }}:%'
        {% endfor %}
    union
    select record_key from told
    union
    select linked_record_key as record_key from told

)
{% endif %}

select * from changed_keys
{%- endmacro %}


{# The keys of CTE `changed`, and those that CTE `changed_links` (`links_of_changed`) ties to them. #}
{% macro changed_and_linked() -%}
    select record_key from changed
    union
    select record_key from changed_links
    union
    select linked_record_key as record_key from changed_links
{%- endmacro %}


{# The links that tie a key of CTE `changed` to another: columns record_key, linked_record_key. #}
{% macro links_of_changed(links) -%}
    select record_key, linked_record_key
    from {{ ref(links) }}
    where record_key in (select record_key from changed) or linked_record_key in (select record_key from changed)
{%- endmacro %}
