{#
    The activities that are worked out anew: loaded since the last complete build, or with a part that was; looked up in
    something that changed since; dated after that build's instant; and those that an unfinished build left half done.
    Beside each what it was, because its e-mail and its person are concerned too.
#}
{%- set goes_on = goes_on(this) -%}
{%- set is_whole = not sources_are_banked(activity_models()) if goes_on else false -%}
{%- set unfinished = load_relation(this) if goes_on -%}
{%- set stored = adapter.get_relation(this.database, this.schema, 'int_engagements__activities') if goes_on -%}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_engagements__built') if goes_on -%}

-- depends_on: {{ ref('int_engagements__inputs') }}
{% for model in activity_models() -%}
-- depends_on: {{ ref(model) }}
{% endfor %}
with

{% if goes_on %}
inputs as (

    select * from {{ ref('int_engagements__inputs') }}

),

built as (

    select * from {{ built }}

),

differing as (

    {{ differing_inputs(['meaning', 'campaign_tag', 'address']) }}

),

meaning as (  -- noqa: ST03

    select count(*) as changes from differing where part = 'meaning'

),

loaded as (  -- noqa: ST03

    select
        part_key as model,
        coalesce(until_at, cast('1900-01-01' as timestamp)) as until_at
    from built
    where part = 'loaded'

),

since as (  -- noqa: ST03

    select until_at as instant from built where part = 'as_of'

),

keys as (

    {% for kind in activity_kinds() -%}
    {%- if not loop.first %}

    union

    {% endif -%}
    select
        '{{ kind['kind'] }}' as activity_kind,
        activities.{{ kind['id'] }} as activity_id
    from {{ ref(kind['model']) }} as activities
    cross join meaning
    cross join since
    where
        {{ '1 = 1' if is_whole else 'meaning.changes > 0' }}
        or activities.loaded_at > (select until_at from loaded where model = '{{ kind['model'] }}')
        {%- for instant in kind['instants'] %}
        or {{ instant }} > since.instant
        {%- endfor %}
        {%- for name, lookup in (kind.get('lookups') or {}).items() %}
        or {{ lookup[1] }} in (
            {%- if name.startswith('stg_') %}
            select {{ lookup[0] }}
            from {{ ref(name) }}
            where loaded_at > (select until_at from loaded where model = '{{ name }}')
            {%- else %}
            select part_key from differing where part = '{{ name }}'
            {%- endif %}
        )
        {%- endfor %}
    {%- for part, id in (kind.get('parts') or {}).items() %}

    union

    select
        '{{ kind['kind'] }}' as activity_kind,
        {{ id }} as activity_id
    from {{ ref(part) }}
    cross join meaning
    cross join since
    where
        {{ '1 = 1' if is_whole else 'meaning.changes > 0' }}
        or loaded_at > (select until_at from loaded where model = '{{ part }}')
        {%- for instant in (kind.get('part_instants') or {}).get(part, []) %}
        or {{ instant }} > since.instant
        {%- endfor %}
    {%- endfor %}
    {%- endfor %}

),

changed as (

    select
        keys.activity_kind,
        keys.activity_id,
        coalesce(keys.activity_kind || ':' || keys.activity_id, stored.source_record_key) as source_record_key,
        stored.email_message_key,
        stored.person_record_key,
        stored.company_domain
    from keys
    {% if is_whole %}full outer{% else %}left{% endif %} join {{ stored }} as stored
        on keys.activity_kind || ':' || keys.activity_id = stored.source_record_key
    {% if unfinished %}
    union

    select
        activity_kind,
        activity_id,
        source_record_key,
        email_message_key,
        person_record_key,
        company_domain
    from {{ unfinished }}
    {% endif %}

)
{% else %}
changed as (

    -- A build from scratch asks nobody.
    select
        cast(null as {{ api_type('string') }}) as activity_kind,
        cast(null as {{ api_type('string') }}) as activity_id,
        cast(null as {{ api_type('string') }}) as source_record_key,
        cast(null as {{ api_type('string') }}) as email_message_key,
        cast(null as {{ api_type('string') }}) as person_record_key,
        cast(null as {{ api_type('string') }}) as company_domain
    from (select 1 as nothing) as absent
    where 1 = 0

)
{% endif %}

select * from changed
