with

empty as (

    select
        cast(null as integer) as version,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to
    where 1 = 0

)

select * from empty
