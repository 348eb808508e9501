-- Credits of one conversion under one model sum to exactly one, its money to its amount to the cent: a dashboard that
-- showed 103 % of the pipeline ended a meeting once.
select
    credits.model,
    credits.conversion_id,
    sum(credits.credit_share) as credit_share,
    sum(credits.credit_usd) as credit_usd,
    max(conversions.value_usd) as value_usd
from {{ ref('fct_attribution_credits') }} as credits
inner join {{ ref('fct_conversions') }} as conversions
    on credits.conversion_id = conversions.conversion_id
group by credits.model, credits.conversion_id
having
    abs(sum(credits.credit_share) - 1) > 0.000000001
    or sum(credits.credit_usd) <> coalesce(max(conversions.value_usd), 0)
