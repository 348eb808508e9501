{{ config(materialized='view') }}

{#
    Dated conversion rates as spans that never overlap. Where the source's overlap, the rate that started last holds until
    it ends, and then the one before it again. A day that no rate covers has no row. A view:
    there are a few rows per currency and year.
#}
with

dated_rates as (

    select * from {{ ref('stg_salesforce__dated_conversion_rates') }}
    where not is_deleted

),

bounds as (

    select
        currency_code,
        start_date as valid_from
    from dated_rates
    where start_date is not null
    union
    select
        currency_code,
        next_start_date as valid_from
    from dated_rates
    where next_start_date is not null

),

segments as (

    select
        currency_code,
        valid_from,
        {{ end_date('lead(valid_from) over (partition by currency_code order by valid_from nulls last)') }} as valid_to
    from bounds

),

ranked as (

    select
        segments.currency_code,
        segments.valid_from,
        segments.valid_to,
        dated_rates.conversion_rate,
        row_number() over (
            partition by segments.currency_code, segments.valid_from
            -- Of two that start on one day the newer version holds; the id makes the rest repeatable.
            order by
                dated_rates.start_date desc nulls last,
                dated_rates.system_modified_at desc nulls last,
                dated_rates.loaded_at desc nulls last,
                dated_rates.salesforce_dated_conversion_rate_id desc nulls last
        ) as rate_rank
    from segments
    inner join dated_rates
        on
            segments.currency_code = dated_rates.currency_code
            and segments.valid_from >= dated_rates.start_date
            and segments.valid_from < {{ end_date('dated_rates.next_start_date') }}

),

rates as (

    select
        currency_code,
        conversion_rate,
        valid_from,
        valid_to
    from ranked
    where rate_rank = 1

)

select * from rates
