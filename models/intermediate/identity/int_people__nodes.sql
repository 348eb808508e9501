-- Records numbered by age: the smallest number of a component is its earliest-created record, so the components need
-- no second look at the dates. A record without a creation date is younger than any other; ties go to the smaller key.
with

records as (

    select record_key, created_at from {{ ref('int_people__records') }}

),

nodes as (

    select
        record_key,
        cast(row_number() over (order by created_at asc nulls last, record_key asc nulls last) as bigint) as node
    from records

)

select * from nodes
