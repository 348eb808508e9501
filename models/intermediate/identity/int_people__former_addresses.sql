{#
    What the addresses of the records that are read anew were in the last complete build, looked up before
    int_people__addresses forgets it. What an unfinished build had found is kept: its stored rows may be new already.
#}
{%- set stored = adapter.get_relation(this.database, this.schema, 'int_people__addresses') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
with

changed as (

    select record_key from {{ ref('int_people__changed') }}

),

{% if stored and not flags.FULL_REFRESH %}
found as (

    select
        changed.record_key,
        stored.matching_email,
        stored.valid_from,
        stored.valid_to
    from changed
    left join {{ stored }} as stored on changed.record_key = stored.record_key
    {%- if unfinished %}
    where changed.record_key not in (select record_key from {{ this }})

    union all

    select
        record_key,
        matching_email,
        valid_from,
        valid_to
    from {{ this }}
    {%- endif %}

)
{% else %}
found as (

    -- A build from scratch asks nobody.
    select
        record_key,
        cast(null as {{ api_type('string') }}) as matching_email,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to
    from changed
    where 1 = 0

)
{% endif %}

select * from found
