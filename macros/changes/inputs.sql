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


{# Whether the tables that staging models read are banks of our own loader's, as far as they exist. #}
{% macro sources_are_banked(models) -%}
{%- set answer = namespace(is_so=true) -%}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name in models -%}
    {%- set relation = source_relation(*node.sources[0]) -%}
    {%- if relation is not none and not is_banked(column_names(relation)) -%}
        {%- set answer.is_so = false -%}
    {%- endif -%}
{%- endfor -%}
{{ return(answer.is_so) }}
{%- endmacro %}


{#
    From when on a source row is news: per staging model the load up to which the stored rows were worked out (`since`), the
    instants between which a date matters (`from_at`, `to_at`), and whether everything is news. `inputs` are what they follow
    from now, `built` under what they were worked out, `models` the staging models that they read. Looked up before the
    model's query is written, so that the engine sees constants and reads only what is newer.
#}
{% macro what_is_news(inputs, built, models) -%}
{%- if not built or not sources_are_banked(models) -%}
    {{ return({'since': {}, 'is_whole': true, 'is_whole_for_companies': true}) }}
{%- endif -%}
{%- set known -%}
select
    now_known.part,
    now_known.part_key,
    cast(known_before.until_at as {{ api_type('string') }}) as until_at,
    case when now_known.content is distinct from known_before.content then 1 else 0 end as is_changed
from {{ inputs }} as now_known
left join {{ built }} as known_before
    on now_known.part = known_before.part and now_known.part_key = known_before.part_key
where now_known.part in ('as_of', 'loaded', 'meaning', 'company_meaning')
{%- endset -%}
{%- set news = {'since': {}, 'is_whole': false, 'is_whole_for_companies': false} -%}
{%- for row in run_query(known).rows -%}
    {%- set until = "cast('" ~ (row['until_at'] or '1900-01-01') ~ "' as timestamp)" -%}
    {%- if row['part'] == 'as_of' -%}
        {%- set from_at, to_at = 'least(' ~ until ~ ', ' ~ as_of() ~ ')', 'greatest(' ~ until ~ ', ' ~ as_of() ~ ')' -%}
        {%- set time_zone = setting('reporting_time_zone') -%}
        {%- do news.update({
            'from_at': from_at,
            'to_at': to_at,
            'from_day': local_date(from_at, time_zone),
            'to_day': local_date(to_at, time_zone),
        }) -%}
    {%- elif row['part'] == 'loaded' -%}
        {%- do news['since'].update({row['part_key']: until}) -%}
    {%- elif row['is_changed'] -%}
        {%- do news.update({'is_whole_for_companies': true}) -%}
        {%- if row['part'] == 'meaning' -%}{%- do news.update({'is_whole': true}) -%}{%- endif -%}
    {%- endif -%}
{%- endfor -%}
{{ return(news) }}
{%- endmacro %}
