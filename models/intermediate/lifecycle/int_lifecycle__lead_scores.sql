{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

with

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where {{ is_changed('lead', 'lead_id') }} and scenario = 0

),

score_steps as (

    select * from {{ ref('int_lifecycle__lead_score_steps') }}
    where {{ is_changed_epoch('lead') }}

),

score_sets as (

    select distinct
        version,
        score_set_key
    from {{ ref('int_definitions__score_parts') }}
    where subject = 'lead'

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

cycles as (

    select
        lead_id,
        epoch_key,
        started_us,
        lead(started_us, 1, {{ never_us() }}) over (
            partition by lead_id order by cycle_number asc nulls last
        ) as next_started_us
    from lead_cycles

),

{{ counted_scores('lead') }}

select * from scores
