{#
    The activities that are worked out anew: loaded since the last complete build, or with a part that was; looked up in
    something that changed since; dated after that build's instant; and those that an unfinished build left half done.
    Beside each what it was, because its e-mail and its person are concerned too.
#}
{%- set goes_on = goes_on(this) -%}
{%- set unfinished = load_relation(this) if goes_on -%}
{%- set stored = adapter.get_relation(this.database, this.schema, 'int_engagements__activities') if goes_on -%}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_engagements__built') if goes_on -%}
{%- set news = what_is_news(ref('int_engagements__inputs'), built, activity_models()) if goes_on -%}

-- depends_on: {{ ref('int_engagements__inputs') }}
-- depends_on: {{ ref('settings') }}
-- depends_on: {{ ref('int_people__addresses') }}
-- depends_on: {{ ref('int_people__former_addresses') }}
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

differing as (  -- noqa: ST03

    {{ differing_inputs(['campaign_tag']) }}

),

-- What a record was known by, and is.
told_addresses as (

    select
        record_key,
        matching_email,
        valid_from,
        valid_to,
        -1 as change
    from {{ ref('int_people__former_addresses') }}
    where matching_email is not null

    union all

    select
        record_key,
        matching_email,
        valid_from,
        valid_to,
        1 as change
    from {{ ref('int_people__addresses') }}
    where {{ is_in('int_people__former_addresses', 'record_key') }}

),

readdressed as (  -- noqa: ST03

    select matching_email
    from told_addresses
    group by record_key, matching_email, valid_from, valid_to
    having sum(change) <> 0

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
    {%- if not news['is_whole'] %}
    where
        activities.loaded_at > {{ news['since'][kind['model']] }}
        {%- for instant in kind['instants'] %}
        or {{ instant }} > {{ news['from_at'] }}
        {%- endfor %}
        {%- for name, lookup in (kind.get('lookups') or {}).items() %}
        or {{ lookup[1] }} in (
            {%- if name.startswith('stg_') %}
            select {{ lookup[0] }}
            from {{ ref(name) }}
            where loaded_at > {{ news['since'][name] }}
            {%- else %}
            select part_key from differing where part = '{{ name }}'
            {%- endif %}
        )
        {%- endfor %}
    {%- endif %}
    {%- for part, id in (kind.get('parts') or {}).items() %}

    union

    select
        '{{ kind['kind'] }}' as activity_kind,
        {{ id }} as activity_id
    from {{ ref(part) }}
    {%- if not news['is_whole'] %}
    where
        loaded_at > {{ news['since'][part] }}
        {%- for instant in (kind.get('part_instants') or {}).get(part, []) %}
        or {{ instant }} > {{ news['from_at'] }}
        {%- endfor %}
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    {%- if not news['is_whole'] %}

    union

    select
        activity_kind,
        substr(source_record_key, length(activity_kind) + 2) as activity_id
    from (
        select
            source_record_key,
            split_part(source_record_key, ':', 1) || ':' || split_part(source_record_key, ':', 2) as activity_kind
        from {{ stored }}
        where lookup_email in (select matching_email from readdressed)
    ) as looked_up
    {%- endif %}

),

changed as (

    select
        keys.activity_kind,
        keys.activity_id,
        coalesce(keys.activity_kind || ':' || keys.activity_id, stored.source_record_key) as source_record_key,
        stored.email_message_number,
        stored.person_record_key,
        stored.company_domain
    from keys
    {% if news['is_whole'] %}full outer{% else %}left{% endif %} join {{ stored }} as stored
        on keys.activity_kind || ':' || keys.activity_id = stored.source_record_key
    {% if unfinished %}
    union

    select
        activity_kind,
        activity_id,
        source_record_key,
        email_message_number,
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
        {{ as_fingerprint('null') }} as email_message_number,
        cast(null as {{ api_type('string') }}) as person_record_key,
        cast(null as {{ api_type('string') }}) as company_domain
    from (select 1 as nothing) as absent
    where 1 = 0

)
{% endif %}

select * from changed
