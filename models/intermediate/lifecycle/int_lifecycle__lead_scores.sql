{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

with

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where {{ is_changed('lead', 'lead_id') }} and scenario = 0

),

score_steps as (

    select * from {{ ref('int_lifecycle__lead_score_steps') }}
    where {{ is_changed_epoch('lead') }}

),

{{ counted_scores('lead') }}

select * from scores
