with

models as (

    select * from {{ ref('attribution_models') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

touches as (

    select * from {{ ref('fct_touches') }}

),

shares as (

    select
        models.model,
        conversions.conversion_id,
        coalesce(conversions.value_usd, 0) as value_usd,
        touches.engagement_id,
        coalesce(touches.channel, 'unattributed') as channel,
        touches.campaign_id,
        coalesce(touches.touch_position, 1) as touch_position,
        1.0 / coalesce(touches.touch_count, 1) as credit_share,
        cast(coalesce(touches.touch_position, 1) as double)
        / coalesce(touches.touch_count, 1) as cumulative_share
    from models
    cross join conversions
    left join touches
        on conversions.conversion_id = touches.conversion_id
    where models.model = 'linear'

),

-- Money is what rounding the running share adds: the cents of one conversion always add up to its amount.
running_money as (

    select
        *,
        cast(round(cast(value_usd as double) * cumulative_share, 2) as decimal(18, 2)) as running_usd
    from shares

),

final as (

    select
        model,
        conversion_id,
        engagement_id,
        channel,
        campaign_id,
        cast(credit_share as double) as credit_share,
        cast(
            running_usd - coalesce(
                lag(running_usd) over (
                    partition by model, conversion_id
                    order by touch_position asc nulls last
                ), 0
            ) as decimal(18, 2)
        ) as credit_usd
    from running_money

)

select * from final
