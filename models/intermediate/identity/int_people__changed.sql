{#
    The records that are read anew: that a source row with news speaks of, ties together, or did. Every key that a record or
    a link has in a build from scratch.
#}
-- What a build from scratch reads, and what it does not:
-- depends_on: {{ ref('int_records__news') }}
{% for table in tables_of_records(false) -%}
-- depends_on: {{ ref(table['model']) }}
{% endfor %}with

{% if not flags.FULL_REFRESH %}
news as (

    select
        kind,
        source_id,
        record_key
    from {{ ref('int_records__news') }}

),

{% endif %}
links as (

    select
        kind,
        source_id,
        record_key,
        linked_record_key
    from {{ ref('int_people__links') }}

),

{% if flags.FULL_REFRESH %}
changed as (

    {% for table in tables_of_records(false) -%}
    select '{{ table['kind'] }}:' || {{ table['id'] }} as record_key from {{ ref(table['model']) }}
    where {{ table['id'] }} is not null
    union
    {% endfor -%}
    select record_key from links
    union
    select linked_record_key as record_key from links

)
{% else %}
told as (

    select
        links.record_key,
        links.linked_record_key
    from links
    inner join news on links.kind = news.kind and links.source_id = news.source_id

),

changed as (

    select record_key from news
    where
        record_key is not null
        and record_key not like 'salesforce:account:%'
        and record_key not like 'hubspot:company:%'
    union
    select record_key from told
    union
    select linked_record_key as record_key from told

)
{% endif %}

select * from changed
