with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as match_method,
        cast(null as double) as match_confidence,
        cast(null as boolean) as is_ambiguous,
        cast(null as boolean) as needs_review,
        cast(null as {{ api_type('string') }}) as candidate_account_ids
    where 1 = 0

)

select * from empty
