with

conversions as (

    select * from {{ ref('fct_conversions') }}

),

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

engagements as (

    select * from {{ ref('fct_engagements') }}

),

-- What was the lead's previous touch in the same channel and campaign: known once for every conversion.
touches as (

    select
        engagement_id,
        lead_id,
        channel,
        campaign_id,
        direction,
        occurred_at,
        lag(occurred_at) over (
            partition by lead_id, channel, campaign_id
            -- The id settles what happened at one instant.
            order by occurred_at asc nulls last, engagement_id asc nulls last
        ) as previous_touched_at
    from engagements
    where
        is_touch
        and not is_bot
        and lead_id is not null

),

-- The leads whose touches may count for a conversion, each with the conversion's instant: a window that was looked up
-- in a third table could be joined on before the lead is.
buying_groups as (

    select
        conversion_id,
        conversion_type,
        converted_at,
        lead_id
    from conversions
    where conversion_type = 'mql'

    union

    select
        conversions.conversion_id,
        conversions.conversion_type,
        conversions.converted_at,
        opportunity_leads.lead_id
    from conversions
    inner join opportunity_leads
        on conversions.opportunity_id = opportunity_leads.opportunity_id

    union

    select
        conversions.conversion_id,
        conversions.conversion_type,
        conversions.converted_at,
        lead_accounts.lead_id
    from conversions
    inner join lead_accounts
        on conversions.account_id = lead_accounts.account_id
    where
        conversions.opportunity_id is not null
        and {{ setting('include_account_leads', 'boolean') }}

),

in_window as (

    select
        buying_groups.conversion_id,
        buying_groups.conversion_type,
        touches.engagement_id,
        touches.lead_id,
        touches.channel,
        touches.campaign_id,
        touches.direction,
        touches.occurred_at as touched_at
    from buying_groups
    inner join touches
        on buying_groups.lead_id = touches.lead_id
    where
        touches.occurred_at <= buying_groups.converted_at
        and {{ epoch_us('touches.occurred_at') }}
        >= {{ epoch_us('buying_groups.converted_at') }}
        - cast(round({{ setting('attribution_lookback_days', 'double') }} * 86400000000) as bigint)
        -- A touch soon after one that lies in the window too is the same touch.
        and (
            touches.previous_touched_at is null
            or {{ epoch_us('touches.previous_touched_at') }}
            < {{ epoch_us('buying_groups.converted_at') }}
            - cast(round({{ setting('attribution_lookback_days', 'double') }} * 86400000000) as bigint)
            or {{ epoch_us('touches.occurred_at') }} - {{ epoch_us('touches.previous_touched_at') }}
            > cast(round({{ setting('touch_merge_minutes', 'double') }} * 60000000) as bigint)
        )

),

final as (

    select
        conversion_id,
        conversion_type,
        cast(
            row_number() over (
                partition by conversion_id
                order by touched_at asc nulls last, engagement_id asc nulls last
            ) as integer
        ) as touch_position,
        cast(count(*) over (partition by conversion_id) as integer) as touch_count,
        engagement_id,
        lead_id,
        channel,
        campaign_id,
        direction,
        touched_at
    from in_window

)

select * from final
