-- Records numbered by age, as for people: the smallest number of a component is its earliest-created record.
with

records as (

    select record_key, created_at from {{ ref('int_accounts__records') }}

),

nodes as (

    select
        record_key,
        cast(row_number() over (order by created_at asc nulls last, record_key asc nulls last) as bigint) as node
    from records

)

select * from nodes
