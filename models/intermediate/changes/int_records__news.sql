{#
    The source rows that records are worked out anew for: loaded since the last complete build, dated between that build's
    instant and this one's, and those that an unfinished build left half done. Beside each the record that it speaks of, and
    the records that it tied together before. All of them when what they are looked up in changed, or when a source is
    another loader's schema, where rows change and go without a trace.
#}
{%- set goes_on = execute and not flags.FULL_REFRESH -%}
{%- if goes_on -%}
    {%- set built = adapter.get_relation(this.database, this.schema, 'int_records__built') -%}
    {%- set news = what_is_news(ref('int_records__inputs'), built, record_models()) -%}
    {%- set unfinished = load_relation(this) -%}
    {%- set stated = [] -%}
    {%- set known = [] -%}
    {%- for name, columns in {
        'int_people__links': ['record_key', 'linked_record_key'],
        'int_people__address_changes': ['record_key'],
        'int_accounts__links': ['record_key', 'linked_record_key'],
    }.items() -%}
        {%- set relation = adapter.get_relation(this.database, this.schema, name) -%}
        {%- for column in columns if relation -%}{%- do stated.append((relation, column)) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for name in ['int_people__nodes', 'int_accounts__nodes'] if news['is_whole'] -%}
        {%- set relation = adapter.get_relation(this.database, this.schema, name) -%}
        {%- if relation -%}{%- do known.append(relation) -%}{%- endif -%}
    {%- endfor -%}
{%- endif %}

-- depends_on: {{ ref('int_records__inputs') }}
-- depends_on: {{ ref('settings') }}
{% for model in record_models() -%}
-- depends_on: {{ ref(model) }}
{% endfor %}
with

{% if goes_on %}
source_rows as (

    {% for table in record_tables() -%}
    {%- if not loop.first %}

    union

    {% endif -%}
    select
        '{{ table['kind'] }}' as kind,
        {{ table['id'] }} as source_id,
        {{ table['record'] or 'cast(null as ' ~ api_type('string') ~ ')' if 'record' in table
            else "'" ~ table['kind'] ~ ":' || " ~ table['id'] }} as record_key
    from {{ ref(table['model']) }}
    {%- if not news['is_whole'] and not (news['is_whole_for_companies'] and table.get('is_company')) %}
    where
        loaded_at > {{ news['since'][table['model']] }}
        {%- for instant in table['instants'] %}
        or ({{ instant }} > {{ news['from_at'] }} and {{ instant }} <= {{ news['to_at'] }})
        {%- endfor %}
        {%- for day in table.get('days', []) %}
        or ({{ day }} > {{ news['from_day'] }} and {{ day }} <= {{ news['to_day'] }})
        {%- endfor %}
    {%- endif %}
    {%- endfor %}

),

news as (

    select
        kind,
        source_id,
        record_key
    from source_rows
    {%- for relation, column in stated %}

    union

    select
        stated.kind,
        stated.source_id,
        stated.{{ column }}{{ ' as record_key' if column != 'record_key' }}
    from {{ relation }} as stated
    {%- if not news['is_whole'] %}
    inner join source_rows
        on stated.kind = source_rows.kind and stated.source_id = source_rows.source_id
    {%- endif %}
    {%- endfor %}
    {%- for relation in known %}

    union

    -- Whoever was there before, when everybody is looked at.
    select
        cast(null as {{ api_type('string') }}) as kind,
        cast(null as {{ api_type('string') }}) as source_id,
        record_key
    from {{ relation }}
    {%- endfor %}
    {%- if unfinished %}

    union

    select
        kind,
        source_id,
        record_key
    from {{ unfinished }}
    {%- endif %}

)
{% else %}
news as (

    -- A build from scratch asks nobody.
    select
        cast(null as {{ api_type('string') }}) as kind,
        cast(null as {{ api_type('string') }}) as source_id,
        cast(null as {{ api_type('string') }}) as record_key
    from (select 1 as nothing) as absent
    where 1 = 0

)
{% endif %}

select * from news
