{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead', 'goes_on': 'to_us'}) }}

with

counter_steps as (

    {{ going_on('lead', ref('int_lifecycle__lead_counter_steps'), 'epoch_key', 'from_us') }}

),

lead_epochs as (

    {{ going_on('lead', ref('int_lifecycle__lead_epochs'), 'lead_id') }}

),

lead_held_tests as (

    select * from {{ ref('int_lifecycle__lead_held_tests') }}
    where {{ is_changed('lead', 'lead_id') }}

),

epochs as (

    select
        epoch_key,
        lead_id as subject_id,
        started_us,
        resume_us
    from lead_epochs

),

held_tests as (

    select
        lead_id as subject_id,
        test_key,
        from_us,
        to_us
    from lead_held_tests

),

{{ score_steps('lead') }}

select * from score_steps
