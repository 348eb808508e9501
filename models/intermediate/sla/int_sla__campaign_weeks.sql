-- How sales decided on the MQLs that a campaign brought, by week of the decision. The campaign of an MQL is that of the
-- last touch at or before it.
with

decisions as (

    select * from {{ ref('int_sla__decisions') }}

),

engagements as (

    select
        lead_id,
        engagement_id,
        campaign_id,
        occurred_at
    from {{ ref('fct_engagements') }}
    where campaign_id is not null and is_touch and not is_bot

),

touched as (

    select
        decisions.lead_id,
        decisions.cycle_number,
        decisions.decided_at,
        decisions.is_accepted,
        engagements.campaign_id,
        row_number() over (
            partition by decisions.lead_id, decisions.cycle_number
            order by engagements.occurred_at desc nulls last, engagements.engagement_id asc nulls last
        ) as touch_rank
    from decisions
    inner join engagements
        on
            decisions.lead_id = engagements.lead_id
            and decisions.qualified_at >= engagements.occurred_at

),

dated as (

    select
        campaign_id,
        cast(
            date_trunc(
                'week', {{ local_date('decided_at', setting('reporting_time_zone')) }}
            ) as date
        ) as decided_week,
        is_accepted
    from touched
    where touch_rank = 1

),

campaign_weeks as (

    select
        campaign_id,
        decided_week,
        count(*) as decided,
        count(case when is_accepted then 1 end) as accepted,
        cast(count(case when is_accepted then 1 end) as double) / count(*) as acceptance_rate
    from dated
    group by campaign_id, decided_week

)

select * from campaign_weeks
