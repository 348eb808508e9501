with

empty as (

    select
        cast(null as {{ api_type('string') }}) as user_id,
        cast(null as {{ api_type('string') }}) as full_name,
        cast(null as {{ api_type('string') }}) as email,
        cast(null as boolean) as is_queue,
        cast(null as boolean) as is_active,
        cast(null as {{ api_type('string') }}) as team,
        cast(null as {{ api_type('string') }}) as manager_id,
        cast(null as {{ api_type('string') }}) as time_zone,
        cast(null as {{ api_type('string') }}) as calendar_id,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_id
    where 1 = 0

)

select * from empty
