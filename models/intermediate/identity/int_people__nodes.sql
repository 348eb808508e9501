{{ config(materialized='incremental', incremental_strategy='append') }}

-- A number for every key that a record or a link has: short to compare by. A key keeps its number.
with

{% if is_incremental() %}
numbered as (

    select * from {{ this }}

),

highest as (

    select coalesce(max(node), 0) as node from numbered

),

unnumbered as (

    select changed.record_key, highest.node as above
    from {{ ref('int_people__changed') }} as changed
    cross join highest
    left join numbered on changed.record_key = numbered.record_key
    where numbered.record_key is null

),
{% else %}
unnumbered as (

    select record_key, 0 as above from {{ ref('int_people__changed') }}

),
{% endif %}

nodes as (

    select record_key, cast(above + row_number() over (order by record_key asc nulls last) as bigint) as node
    from unnumbered

)

select * from nodes
