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

score_sets as (

    select distinct
        version,
        score_set_key
    from {{ ref('int_definitions__score_parts') }}
    where subject = 'account'

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

cycles as (

    select
        account_id,
        epoch_key,
        started_us,
        lead(started_us, 1, {{ never_us() }}) over (
            partition by account_id order by cycle_number asc nulls last
        ) as next_started_us
    from account_cycles

),

{{ counted_scores('account') }}

select * from scores
