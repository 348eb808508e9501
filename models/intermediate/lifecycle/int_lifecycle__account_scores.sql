{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account'}) }}

with

account_cycles as (

    select * from {{ ref('int_lifecycle__account_cycles') }}
    where scenario = 0 and {{ is_changed('account', 'account_id') }}

),

score_steps as (

    select * from {{ ref('int_lifecycle__account_score_steps') }}
    where {{ is_changed_epoch('account') }}

),

{{ counted_scores('account') }}

select * from scores
