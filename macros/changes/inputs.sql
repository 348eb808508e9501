{#
    What stored rows follow from besides their sources, one row per part and key, for int_records__inputs and
    int_engagements__inputs: part, part_key, content, until_at. These rows say which instant a build describes and how far
    each staging model is loaded.
#}
{% macro instant_and_loads(models) -%}
    select
        'as_of' as part,
        '' as part_key,
        cast(null as {{ api_type('string') }}) as content,
        {{ as_of() }} as until_at

    {% for model in models %}
    union all

    select
        'loaded' as part,
        '{{ model }}' as part_key,
        cast(null as {{ api_type('string') }}) as content,
        max(loaded_at) as until_at
    from {{ ref(model) }}
    {% endfor %}
{%- endmacro %}


{# The row of a list that may concern anybody: its fingerprint, under its name (or `key`, of a CTE). #}
{% macro list_input(part, relation, columns, key=none) -%}
    select
        '{{ part }}' as part,
        '{{ key or relation.identifier }}' as part_key,
        cast({{ fingerprint(columns) }} as {{ api_type('string') }}) as content,
        cast(null as timestamp) as until_at
    from {{ relation }}
{%- endmacro %}
