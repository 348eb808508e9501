with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as field,
        cast(null as {{ api_type('string') }}) as raw_value,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as boolean) as is_inferred,
        cast(null as timestamp) as loaded_at
    where 1 = 0

)

select * from empty
