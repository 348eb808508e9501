with

empty as (

    select
        cast(null as {{ api_type('string') }}) as record_key,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as source_object,
        cast(null as {{ api_type('string') }}) as source_id,
        cast(null as boolean) as is_deleted,
        cast(null as {{ api_type('string') }}) as merged_into_record_key,
        cast(null as boolean) as is_excluded,
        cast(null as {{ api_type('string') }}) as excluded_reason
    where 1 = 0

)

select * from empty
