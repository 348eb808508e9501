with

empty as (

    select
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to
    where 1 = 0

)

select * from empty
