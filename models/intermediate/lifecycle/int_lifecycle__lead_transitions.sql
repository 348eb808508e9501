{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'lead', 'goes_on': 'occurred_us', 'resumes': 'evidence_resume_us'}
) }}

-- The transitions of the ledger, without their evidence. What a scenario comes to is told of its cycles.
{% set stages = ['mql', 'sal', 'sqo'] %}

with

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where scenario = 0 and {{ is_changed('lead', 'lead_id') }}

),

created as (

    select
        lead_id,
        epoch_key,
        cycle_number as epoch_cycle,
        cycle_number,
        0 as step,
        'raw' as to_stage,
        started_us as occurred_us,
        'created' as basis,
        cast(null as bigint) as fact_number
    from lead_cycles
    where start_number = 0

),

-- What an opportunity proves comes before the rules of the same instant; an ending comes before them too.
reached as (

    {% for stage in stages %}
    select
        lead_id,
        epoch_key,
        cycle_number as epoch_cycle,
        cycle_number,
        {{ loop.index }} as step,
        '{{ stage }}' as to_stage,
        {{ stage }}_us as occurred_us,
        case when {{ stage }}_us = opportunity_us then 'opportunity' else 'rule' end as basis,
        case when {{ stage }}_us = opportunity_us then opportunity_number end as fact_number
    from lead_cycles
    where
        {{ stage }}_us < {{ never_us() }}
        and (
            {{ stage }}_us < ended_us
            or ({{ stage }}_us = opportunity_us and opportunity_number < end_number)
        )

    union all

    {% endfor %}
    select
        lead_id,
        epoch_key,
        cycle_number as epoch_cycle,
        cycle_number,
        4 as step,
        'opportunity' as to_stage,
        opportunity_us as occurred_us,
        'opportunity' as basis,
        opportunity_number as fact_number
    from lead_cycles
    where opportunity_number is not null and (end_number is null or opportunity_number < end_number)

    union all

    select
        lead_id,
        epoch_key,
        cycle_number as epoch_cycle,
        cycle_number,
        5 as step,
        'customer' as to_stage,
        won_us as occurred_us,
        'opportunity' as basis,
        won_number as fact_number
    from lead_cycles
    where won_number is not null and (end_number is null or won_number < end_number)

),

-- A recycled lead is raw again in its next cycle; a lost one stays in the cycle that it lost.
ended as (

    select
        lead_id,
        epoch_key,
        cycle_number as epoch_cycle,
        case when ended_as = 'recycled' then cycle_number + 1 else cycle_number end as cycle_number,
        6 as step,
        case when ended_as = 'recycled' then 'raw' else 'lost' end as to_stage,
        ended_us as occurred_us,
        'ending' as basis,
        end_number as fact_number
    from lead_cycles
    where end_number is not null

),

transitions as (

    select * from created

    union all

    select * from reached

    union all

    select * from ended

),

numbered as (

    select
        lead_id,
        epoch_key,
        cast(cycle_number as integer) as cycle_number,
        cast(row_number() over steps as integer) as transition_number,
        lag(to_stage) over steps as from_stage,
        to_stage,
        occurred_us,
        basis,
        fact_number
    from transitions
    window steps as (
        partition by lead_id order by epoch_cycle asc nulls last, step asc nulls last
    )

),

new_transitions as (

    select * from numbered
    where {{ is_new('lead', 'lead_id', 'occurred_us') }}

)

select * from new_transitions
