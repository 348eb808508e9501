with

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

touches as (

    select * from {{ ref('fct_touches') }}

),

primary_leads as (

    select
        opportunity_id,
        lead_id
    from (
        select
            opportunity_id,
            lead_id,
            row_number() over (
                partition by opportunity_id
                -- Whom the CRM calls primary, else who was on it first.
                order by
                    case when is_primary then 0 else 1 end asc nulls last,
                    linked_at asc nulls last,
                    lead_id asc nulls last
            ) as lead_rank
        from opportunity_leads
    ) as ranked
    where lead_rank = 1

),

-- The first touch of the buying group before the opportunity says who sourced it; any marketing touch, who influenced it.
pipeline_touches as (

    select
        conversions.opportunity_id,
        max(case when touches.touch_position = 1 then touches.channel end) as first_channel,
        max(case when touches.touch_position = 1 then touches.campaign_id end) as first_campaign_id,
        max(
            case
                when touches.touch_position = 1 and touches.direction <> 'sales' then 1
                else 0
            end
        ) = 1 as is_marketing_sourced,
        max(case when touches.direction <> 'sales' then 1 else 0 end) = 1 as is_marketing_influenced
    from conversions
    inner join touches
        on conversions.conversion_id = touches.conversion_id
    where conversions.conversion_type = 'pipeline'
    group by conversions.opportunity_id

),

final as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        primary_leads.lead_id as primary_lead_id,
        opportunities.owner_id,
        opportunities.opportunity_name,
        opportunities.amount_usd,
        opportunities.currency_code,
        opportunities.amount,
        opportunities.stage_name,
        opportunities.is_open,
        opportunities.is_won,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.loss_reason,
        opportunities.loss_area,
        coalesce(pipeline_touches.first_channel, 'unattributed') as pipeline_source,
        coalesce(pipeline_touches.is_marketing_sourced, false) as is_marketing_sourced,
        coalesce(pipeline_touches.is_marketing_influenced, false) as is_marketing_influenced,
        coalesce(opportunities.campaign_id, pipeline_touches.first_campaign_id) as primary_campaign_id
    from opportunities
    left join primary_leads
        on opportunities.opportunity_id = primary_leads.opportunity_id
    left join pipeline_touches
        on opportunities.opportunity_id = pipeline_touches.opportunity_id

)

select * from final
