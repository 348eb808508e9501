{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead', 'goes_on': 'to_us'}) }}

with

counter_steps as (

    {{ going_on('lead', ref('int_lifecycle__lead_counter_steps'), 'epoch_key', 'to_us') }}

),

score_steps as (

    {{ going_on('lead', ref('int_lifecycle__lead_score_steps'), 'epoch_key', 'to_us') }}

),

lead_held_tests as (

    select * from {{ ref('int_lifecycle__lead_held_tests') }}
    where {{ is_changed('lead', 'lead_id') }}

),

lead_epochs as (

    {{ going_on('lead', ref('int_lifecycle__lead_epochs'), 'lead_id') }}

),

lead_facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

account_target_spans as (

    select * from {{ ref('int_lifecycle__target_spans') }}

),

-- An epoch after a disqualification without re-entry listens to no rule.
epochs as (

    select
        epoch_key,
        lead_id as subject_id,
        started_us,
        bound_us,
        resume_us
    from lead_epochs
    where can_reenter

),

held_tests as (

    select
        lead_id as subject_id,
        test_key,
        from_us,
        to_us
    from lead_held_tests

),

target_spans as (

    select
        lead_accounts.lead_id as subject_id,
        account_target_spans.from_us,
        account_target_spans.to_us
    from account_target_spans
    inner join lead_accounts
        on account_target_spans.account_id = lead_accounts.account_id

),

facts as (

    select
        lead_id as subject_id,
        crm_fact,
        occurred_us as fact_us
    from lead_facts

),

{{ rule_spans('lead') }},

permitted_spans as (

    select rule_spans.*
    from rule_spans
    inner join epochs
        on rule_spans.epoch_key = epochs.epoch_key

)

select * from permitted_spans
