{#
    The account records that are read anew, as for people, and the domains on which they stood before. Every key that a record
    or a link has in a build from scratch.
#}
{%- set records = adapter.get_relation(this.database, this.schema, 'int_accounts__records') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
-- What a build from scratch reads, and what it does not:
-- depends_on: {{ ref('int_records__news') }}
{% for table in tables_of_records(true) -%}
-- depends_on: {{ ref(table['model']) }}
{% endfor %}with

{% if flags.FULL_REFRESH %}
links as (

    select record_key, linked_record_key from {{ ref('int_accounts__links') }}

),

changed_keys as (

    {% for table in tables_of_records(true) -%}
    select '{{ table['kind'] }}:' || {{ table['id'] }} as record_key from {{ ref(table['model']) }}
    where {{ table['id'] }} is not null
    union
    {% endfor -%}
    select record_key from links
    union
    select linked_record_key as record_key from links

),

changed as (

    select
        record_key,
        cast(null as {{ api_type('string') }}) as old_domain
    from changed_keys
    where record_key is not null

)
{% else %}
news as (

    select
        kind,
        source_id,
        record_key
    from {{ ref('int_records__news') }}

),

links as (

    select
        kind,
        source_id,
        record_key,
        linked_record_key
    from {{ ref('int_accounts__links') }}

),

told as (

    select
        links.record_key,
        links.linked_record_key
    from links
    inner join news on links.kind = news.kind and links.source_id = news.source_id

),

changed_keys as (

    select record_key from news
    where record_key like 'salesforce:account:%' or record_key like 'hubspot:company:%'
    union
    select record_key from told
    union
    select linked_record_key as record_key from told

),

changed as (

    {% if records %}
    select
        changed_keys.record_key,
        records.domain as old_domain
    from changed_keys
    left join {{ records }} as records on changed_keys.record_key = records.record_key
    {% else %}
    select
        record_key,
        cast(null as {{ api_type('string') }}) as old_domain
    from changed_keys
    {% endif %}
    {% if unfinished %}
    union

    select
        record_key,
        old_domain
    from {{ unfinished }}
    {% endif %}

)
{% endif %}

select * from changed
