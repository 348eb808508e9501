with

empty as (

    select
        cast(null as {{ api_type('string') }}) as domain,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as domain_class,
        cast(null as boolean) as is_primary,
        cast(null as boolean) as is_ambiguous
    where 1 = 0

)

select * from empty
