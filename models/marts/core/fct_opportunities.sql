with

empty as (

    select
        cast(null as {{ api_type('string') }}) as opportunity_id,
        cast(null as {{ api_type('string') }}) as account_id,
        cast(null as {{ api_type('string') }}) as primary_lead_id,
        cast(null as {{ api_type('string') }}) as owner_id,
        cast(null as {{ api_type('string') }}) as opportunity_name,
        cast(null as decimal(18,2)) as amount_usd,
        cast(null as {{ api_type('string') }}) as currency_code,
        cast(null as decimal(18,2)) as amount,
        cast(null as {{ api_type('string') }}) as stage_name,
        cast(null as boolean) as is_open,
        cast(null as boolean) as is_won,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as closed_at,
        cast(null as {{ api_type('string') }}) as loss_reason,
        cast(null as {{ api_type('string') }}) as loss_area,
        cast(null as {{ api_type('string') }}) as pipeline_source,
        cast(null as boolean) as is_marketing_sourced,
        cast(null as boolean) as is_marketing_influenced,
        cast(null as {{ api_type('string') }}) as primary_campaign_id
    where 1 = 0

)

select * from empty
