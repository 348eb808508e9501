{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account', 'goes_on': 'to_us'}) }}

with

fct_engagements as (

    {{ counted_engagements('engagements') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('account', 'account_id') }}

),

account_epochs as (

    {{ going_on('account', ref('int_lifecycle__account_epochs'), 'account_id') }}

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

engagements as (

    select
        lead_accounts.account_id as subject_id,
        fct_engagements.engagement_type,
        {{ epoch_us('fct_engagements.occurred_at') }} as occurred_us
    from fct_engagements
    inner join lead_accounts
        on fct_engagements.lead_id = lead_accounts.lead_id
    where lead_accounts.account_id is not null

),

{{ counter_steps('account') }}

select * from counter_steps
