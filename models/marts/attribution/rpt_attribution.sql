with

credits as (

    select * from {{ ref('fct_attribution_credits') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

ad_spend as (

    select * from {{ ref('stg_files__ad_spend') }}

),

conversion_rates as (

    select * from {{ ref('int_currencies__rates') }}

),

models as (

    select distinct model
    from credits

),

-- All three: money that has brought no customer yet is what a report on spend is for.
conversion_types as (

    select 'mql' as conversion_type
    union all
    select 'pipeline' as conversion_type
    union all
    select 'revenue' as conversion_type

),

monthly_credits as (

    select
        cast(
            date_trunc(
                'month', {{ local_date('conversions.converted_at', setting('reporting_time_zone')) }}
            ) as date
        ) as credit_month,
        credits.model,
        conversions.conversion_type,
        credits.channel,
        credits.campaign_id,
        -- Decimals add up the same in every order.
        cast(sum(cast(credits.credit_share as decimal(28, 12))) as double) as credits,
        sum(credits.credit_usd) as credit_usd
    from credits
    inner join conversions
        on credits.conversion_id = conversions.conversion_id
    group by all

),

spend as (

    select
        cast(date_trunc('month', ad_spend.spend_date) as date) as credit_month,
        ad_spend.channel,
        ad_spend.campaign_id,
        ad_spend.spend_amount,
        cast(
            case
                when
                    coalesce(upper(ad_spend.currency_code), {{ setting('corporate_currency') }})
                    = {{ setting('corporate_currency') }}
                    then ad_spend.spend_amount
                else
                    cast(ad_spend.spend_amount as double)
                    / nullif(conversion_rates.conversion_rate, 0)
            end as decimal(28, 6)
        ) as spend_usd
    from ad_spend
    left join conversion_rates
        on
            upper(ad_spend.currency_code) = conversion_rates.currency_code
            and ad_spend.spend_date >= conversion_rates.valid_from
            and ad_spend.spend_date < conversion_rates.valid_to
    where ad_spend.spend_date <= {{ local_date(as_of(), setting('reporting_time_zone')) }}

),

-- What no rate converts is unknown, not nothing: a month with such a row has no sum.
monthly_spend as (

    select
        credit_month,
        channel,
        campaign_id,
        case when count(spend_amount) = count(spend_usd) then coalesce(sum(spend_usd), 0) end as spend_usd
    from spend
    group by credit_month, channel, campaign_id

),

-- Money that bought nothing stays visible: spend stands beside every model and conversion type.
spend_grid as (

    select
        monthly_spend.credit_month,
        models.model,
        conversion_types.conversion_type,
        monthly_spend.channel,
        monthly_spend.campaign_id,
        monthly_spend.spend_usd
    from monthly_spend
    cross join models
    cross join conversion_types

),

joined as (

    select
        coalesce(monthly_credits.credit_month, spend_grid.credit_month) as credit_month,
        coalesce(monthly_credits.model, spend_grid.model) as model,
        coalesce(monthly_credits.conversion_type, spend_grid.conversion_type) as conversion_type,
        coalesce(monthly_credits.channel, spend_grid.channel) as channel,
        coalesce(monthly_credits.campaign_id, spend_grid.campaign_id) as campaign_id,
        coalesce(monthly_credits.credits, 0) as credits,
        coalesce(monthly_credits.credit_usd, 0) as credit_usd,
        case when spend_grid.model is null then 0 else spend_grid.spend_usd end as spend_usd
    from monthly_credits
    full outer join spend_grid
        on
            monthly_credits.credit_month = spend_grid.credit_month
            and monthly_credits.model = spend_grid.model
            and monthly_credits.conversion_type = spend_grid.conversion_type
            and monthly_credits.channel = spend_grid.channel
            and coalesce(monthly_credits.campaign_id, '') = coalesce(spend_grid.campaign_id, '')

),

final as (

    select
        credit_month,
        model,
        conversion_type,
        channel,
        campaign_id,
        cast(credits as double) as credits,
        cast(credit_usd as decimal(18, 2)) as credit_usd,
        cast(spend_usd as decimal(18, 2)) as spend_usd,
        cast(spend_usd as double) / nullif(cast(credits as double), 0) as cost_per_credit,
        case
            when conversion_type <> 'mql'
                then cast(credit_usd as double) / nullif(cast(spend_usd as double), 0)
        end as return_on_spend
    from joined

)

select * from final
