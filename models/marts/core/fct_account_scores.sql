with

empty as (

    select
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as double) as score,
        cast(null as double) as firmographic_score,
        cast(null as double) as engagement_score,
        cast(null as double) as intent_score
    where 1 = 0

)

select * from empty
