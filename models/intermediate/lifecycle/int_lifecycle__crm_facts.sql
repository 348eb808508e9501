with

empty as (

    select
        cast(null as {{ api_type('string') }}) as lead_id,
        cast(null as {{ api_type('string') }}) as crm_fact,
        cast(null as timestamp) as occurred_at,
        cast(null as bigint) as source_order,
        cast(null as {{ api_type('string') }}) as opportunity_id,
        cast(null as {{ api_type('string') }}) as raw_reason,
        cast(null as {{ api_type('string') }}) as actor_id,
        cast(null as {{ api_type('string') }}) as source_record_key,
        cast(null as boolean) as is_inferred,
        cast(null as timestamp) as known_at
    where 1 = 0

)

select * from empty
