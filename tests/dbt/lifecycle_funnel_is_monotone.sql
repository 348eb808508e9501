-- In every cycle as many leads reach a stage as reach the next one, or more.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lifecycle_transitions'}}}) }}

with

counted as (

    select
        cycle_number,
        count(case when to_stage = 'mql' then 1 end) as mqls,
        count(case when to_stage = 'sal' then 1 end) as sals,
        count(case when to_stage = 'sqo' then 1 end) as sqos,
        count(case when to_stage = 'opportunity' then 1 end) as opportunities,
        count(case when to_stage = 'customer' then 1 end) as customers
    from {{ ref('fct_lifecycle_transitions') }}
    group by cycle_number

),

broken as (

    select *
    from counted
    where mqls < sals or sals < sqos or sqos < opportunities or opportunities < customers

)

select * from broken
