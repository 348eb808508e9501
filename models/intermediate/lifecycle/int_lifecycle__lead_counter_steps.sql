{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead', 'goes_on': 'to_us'}) }}

with

fct_engagements as (

    select * from {{ ref('fct_engagements') }}
    where {{ is_changed('lead', 'lead_id') }}

),

lead_epochs as (

    {{ going_on('lead', ref('int_lifecycle__lead_epochs'), 'lead_id') }}

),

epochs as (

    select
        epoch_key,
        lead_id as subject_id,
        started_us,
        bound_us,
        resume_us
    from lead_epochs

),

engagements as (

    select
        lead_id as subject_id,
        engagement_type,
        {{ epoch_us('occurred_at') }} as occurred_us
    from fct_engagements
    where not is_bot and occurred_at <= {{ as_of() }}

),

{{ counter_steps('lead') }}

select * from counter_steps
