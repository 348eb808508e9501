{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account', 'goes_on': 'to_us'}) }}

with

counter_steps as (

    {{ going_on('account', ref('int_lifecycle__account_counter_steps'), 'epoch_key', 'to_us') }}

),

score_steps as (

    {{ going_on('account', ref('int_lifecycle__account_score_steps'), 'epoch_key', 'to_us') }}

),

people_spans as (

    {{ going_on('account', ref('int_lifecycle__account_people_spans'), 'epoch_key', 'to_us') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}
    where {{ is_changed('account', 'account_id') }}

),

account_epochs as (

    {{ going_on('account', ref('int_lifecycle__account_epochs'), 'account_id') }}

),

account_target_spans as (

    select * from {{ ref('int_lifecycle__target_spans') }}

),

account_facts as (

    select * from {{ ref('int_lifecycle__account_facts') }}

),

lead_facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('account', 'account_id') }}

),

epochs as (

    select
        epoch_key,
        account_id as subject_id,
        started_us,
        bound_us,
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

target_spans as (

    select
        account_id as subject_id,
        from_us,
        to_us
    from account_target_spans

),

-- What a rep did with any lead of the account; opportunities are the account's own.
facts as (

    select
        lead_accounts.account_id as subject_id,
        lead_facts.crm_fact,
        lead_facts.occurred_us as fact_us
    from lead_facts
    inner join lead_accounts
        on lead_facts.lead_id = lead_accounts.lead_id
    where
        lead_accounts.account_id is not null
        and lead_facts.crm_fact not in ('opportunity_created', 'opportunity_won', 'opportunity_lost')

    union all

    select
        account_id as subject_id,
        crm_fact,
        occurred_us as fact_us
    from account_facts

),

{{ rule_spans('account', ['people_spans']) }}

select * from rule_spans
