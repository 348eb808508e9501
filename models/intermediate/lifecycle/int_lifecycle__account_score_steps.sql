{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account', 'goes_on': 'to_us'}) }}

with

counter_steps as (

    {{ going_on('account', ref('int_lifecycle__account_counter_steps'), 'epoch_key', 'from_us') }}

),

account_epochs as (

    {{ going_on('account', ref('int_lifecycle__account_epochs'), 'account_id') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}
    where {{ is_changed('account', 'account_id') }}

),

epochs as (

    select
        epoch_key,
        account_id as subject_id,
        started_us,
        resume_us
    from account_epochs

),

held_tests as (

    select
        account_id as subject_id,
        test_key,
        from_us,
        to_us
    from account_held_tests
    where subject = 'account'

),

{{ score_steps('account') }}

select * from score_steps
