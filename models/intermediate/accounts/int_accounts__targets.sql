with

empty as (

    select
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as integer) as target_tier,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to
    where 1 = 0

)

select * from empty
