{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account', 'goes_on': 'to_us'}) }}

with

cycles_of_scenarios as (

    {{ going_on('account', ref('int_lifecycle__account_cycles'), 'account_id') }}

),

account_cycles as (

    select * from cycles_of_scenarios where scenario = 0

),

score_steps as (

    {{ going_on('account', ref('int_lifecycle__account_score_steps'), 'epoch_key', 'to_us') }}

),

{{ counted_scores('account') }}

select * from scores
