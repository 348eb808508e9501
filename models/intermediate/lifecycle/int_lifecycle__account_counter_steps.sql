{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account'}) }}

with

fct_engagements as (

    select * from {{ ref('fct_engagements') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('account', 'account_id') }}

),

leads as (

    select * from {{ ref('int_people__leads') }}

),

account_epochs as (

    select * from {{ ref('int_lifecycle__account_epochs') }}
    where {{ is_changed('account', 'account_id') }}

),

epochs as (

    select
        epoch_key,
        account_id as subject_id,
        started_us,
        bound_us
    from account_epochs

),

engagements as (

    select
        lead_accounts.account_id as subject_id,
        fct_engagements.engagement_type,
        {{ epoch_us('fct_engagements.occurred_at') }} as occurred_us
    from fct_engagements
    inner join leads
        on fct_engagements.lead_id = leads.lead_id
    inner join lead_accounts
        on leads.lead_id = lead_accounts.lead_id
    where
        not fct_engagements.is_bot
        and fct_engagements.occurred_at <= {{ as_of() }}
        and lead_accounts.account_id is not null

),

{{ counter_steps('account') }}

select * from counter_steps
