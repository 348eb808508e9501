{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead', 'goes_on': 'to_us'}) }}

with

cycles_of_scenarios as (

    {{ going_on('lead', ref('int_lifecycle__lead_cycles'), 'lead_id') }}

),

lead_cycles as (

    select * from cycles_of_scenarios where scenario = 0

),

score_steps as (

    {{ going_on('lead', ref('int_lifecycle__lead_score_steps'), 'epoch_key', 'to_us') }}

),

{{ counted_scores('lead') }}

select * from scores
