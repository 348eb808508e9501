{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'account', 'goes_on': 'occurred_us', 'resumes': 'evidence_resume_us'}
) }}

{% set stages = ['target', 'engaged', 'mqa', 'saa'] %}

with

account_cycles as (

    select * from {{ ref('int_lifecycle__account_cycles') }}
    where scenario = 0 and {{ is_changed('account', 'account_id') }}

),

-- The first row of a cycle: the account's creation, or the loss that started it.
started as (

    select
        account_id,
        epoch_key,
        cycle_number,
        0 as step,
        starts_as as to_stage,
        started_us as occurred_us,
        case when start_number = 0 then 'created' else 'ending' end as basis,
        case when start_number > 0 then start_number end as fact_number
    from account_cycles

),

reached as (

    {% for stage in stages %}
    select
        account_id,
        epoch_key,
        cycle_number,
        {{ loop.index }} as step,
        '{{ stage }}' as to_stage,
        {{ stage }}_us as occurred_us,
        case when {{ stage }}_us = opportunity_us then 'opportunity' else 'rule' end as basis,
        case when {{ stage }}_us = opportunity_us then opportunity_number end as fact_number
    from account_cycles
    where
        {{ stage }}_us < {{ never_us() }}
        and starts_as <> '{{ stage }}'
        and (
            {{ stage }}_us < ended_us
            or ({{ stage }}_us = opportunity_us and opportunity_number < end_number)
        )

    union all

    {% endfor %}
    select
        account_id,
        epoch_key,
        cycle_number,
        5 as step,
        'opportunity' as to_stage,
        opportunity_us as occurred_us,
        'opportunity' as basis,
        opportunity_number as fact_number
    from account_cycles
    where opportunity_number is not null and (end_number is null or opportunity_number < end_number)

    union all

    select
        account_id,
        epoch_key,
        cycle_number,
        6 as step,
        'customer' as to_stage,
        won_us as occurred_us,
        'opportunity' as basis,
        won_number as fact_number
    from account_cycles
    where won_number is not null and (end_number is null or won_number < end_number)

),

transitions as (

    select * from started

    union all

    select * from reached

),

numbered as (

    select
        account_id,
        epoch_key,
        cycle_number,
        cast(row_number() over steps as integer) as transition_number,
        lag(to_stage) over steps as from_stage,
        to_stage,
        occurred_us,
        basis,
        fact_number
    from transitions
    window steps as (partition by account_id order by cycle_number asc nulls last, step asc nulls last)

),

new_transitions as (

    select * from numbered
    where {{ is_new('account', 'account_id', 'occurred_us') }}

)

select * from new_transitions
