with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as boolean) as is_queue,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as {{ api_type('string') }}) as source_record_key
    where 1 = 0

)

select * from empty
