{#
    The records that are read anew: whose fingerprint differs from the one of the last complete build, which are gone (they
    have none), and which an unfinished build has left half done. All of them in a build from scratch.
#}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_people__built') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
with

fingerprints as (

    select record_key, fingerprint from {{ ref('int_people__fingerprints') }}

),

{% if built and not flags.FULL_REFRESH %}
built as (

    select record_key, fingerprint from {{ built }}

),

{% if unfinished %}
unfinished as (

    select record_key from {{ this }}

),
{% endif %}

changed as (

    select
        coalesce(fingerprints.record_key, built.record_key) as record_key,
        fingerprints.fingerprint
    from fingerprints
    full outer join built on fingerprints.record_key = built.record_key
    where
        fingerprints.fingerprint is distinct from built.fingerprint
        {% if unfinished %}
        or coalesce(fingerprints.record_key, built.record_key) in (select unfinished.record_key from unfinished)
        {% endif %}
    {% if unfinished %}

    union

    -- What came and went between two nights that did not end.
    select
        unfinished.record_key,
        cast(null as {{ fingerprint_type() }}) as fingerprint
    from unfinished
    where
        unfinished.record_key not in (select fingerprints.record_key from fingerprints)
        and unfinished.record_key not in (select built.record_key from built)
    {% endif %}

)
{% else %}
changed as (

    select * from fingerprints

)
{% endif %}

select * from changed
