{#
    A number for every key that the model `changed` lists, short to compare by: columns record_key, node. A key that has a
    number keeps it; new ones are numbered on from the highest. For an incremental model that appends.
#}
{% macro numbered_keys(changed) -%}
with

{% if is_incremental() %}
numbered as (

    select record_key, node from {{ this }}

),

highest as (

    select coalesce(max(node), 0) as node from numbered

),

unnumbered as (

    select distinct
        changed.record_key,
        highest.node as above
    from {{ ref(changed) }} as changed
    cross join highest
    left join numbered on changed.record_key = numbered.record_key
    where numbered.record_key is null

),
{% else %}
unnumbered as (

    select distinct
        record_key,
        0 as above
    from {{ ref(changed) }}

),
{% endif %}

nodes as (

    select
        record_key,
        cast(above + row_number() over (order by record_key asc nulls last) as bigint) as node
    from unnumbered

)

select * from nodes
{%- endmacro %}
