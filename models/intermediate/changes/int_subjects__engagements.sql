{# A lead's engagements change together (int_engagements__subjects), and so does what stands here of them. #}
{{ config(
    materialized='incremental',
    incremental_strategy='by_change',
    meta={
        'changed': 'int_engagements__subjects',
        'changed_column': 'subject_id',
        'changed_expression': 'lead_id'
    }
) }}
{%- set subjects = ref('int_engagements__subjects') -%}
{%- set past_us = last_instant_us() -%}
{%- set parts = ["'engagement'", 'engagement_type', 'channel', 'occurred_at', 'source_record_key', 'loaded_at'] %}

with

-- What no rule of any version counts changes nobody's score or stage: most e-mails, and what machines did.
engagements as (

    select * from {{ ref('fct_engagements') }}
    where
        lead_id is not null
        and not is_bot
        and {{ is_counted_type() }}
        and occurred_at <= {{ as_of() }}
        {%- if is_incremental() and goes_on(subjects) %}
        and lead_id in (select subject_id from {{ subjects }})
        {%- endif %}

),

fingerprints as (

    select
        lead_id,
        {{ fingerprint(parts) }} as fingerprint,
        {{ fingerprint(parts, 'occurred_at <= ' ~ from_epoch_us(past_us)) if past_us else as_fingerprint('null') }} as past,
        {{ as_of_us() }} as as_of_us
    from engagements
    group by lead_id

)

select * from fingerprints
