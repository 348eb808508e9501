{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

-- Every epoch evaluated as a cycle, then the chain of those that happened, by pointer jumping from the lead's creation.
{% set stages = ['mql', 'sal', 'sqo'] %}
{% set jump_rounds = 8 %}

with

lead_epochs as (

    select * from {{ ref('int_lifecycle__lead_epochs') }}
    where {{ is_changed('lead', 'lead_id') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__lead_rule_spans') }}
    where {{ is_changed_epoch('lead') }} and from_us <= {{ as_of_us() }}

),

facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

scenarios as (

    select distinct scenario from {{ ref('int_definitions__scenarios') }}

    union

    select 0 as scenario

),

opportunity_facts as (

    select
        lead_epochs.epoch_key,
        min(case when facts.crm_fact in ('opportunity_created', 'opportunity_won') then facts.fact_number end)
            as opportunity_number,
        min(case when facts.crm_fact in ('opportunity_created', 'opportunity_won') then facts.occurred_us end)
            as opportunity_us,
        min(case when facts.crm_fact = 'opportunity_won' then facts.fact_number end) as won_number,
        min(case when facts.crm_fact = 'opportunity_won' then facts.occurred_us end) as won_us,
        min(case when facts.is_last_loss then facts.fact_number end) as loss_number
    from lead_epochs
    inner join facts
        on
            lead_epochs.lead_id = facts.lead_id
            and facts.fact_number > lead_epochs.start_number
    where
        facts.crm_fact in ('opportunity_created', 'opportunity_won')
        or facts.is_last_loss
    group by lead_epochs.epoch_key

),

evaluated as (

    select
        scenarios.scenario,
        lead_epochs.epoch_key,
        lead_epochs.started_us,
        coalesce(opportunity_facts.opportunity_us, {{ never_us() }}) as opportunity_us,
        coalesce(opportunity_facts.won_us, {{ never_us() }}) as won_us
    from lead_epochs
    cross join scenarios
    left join opportunity_facts
        on lead_epochs.epoch_key = opportunity_facts.epoch_key

),

{{ reached(stages) }},

rejections as (

    select * from facts where crm_fact = 'rejected' and occurred_us >= created_us

),

-- A rejection counts from MQL, SAL or SQO only, and facts come before the rules of the same instant; a
-- disqualification counts from raw too.
ending_rejections as (

    select
        reached_sqo.scenario,
        reached_sqo.epoch_key,
        min(rejections.fact_number) as rejection_number
    from reached_sqo
    inner join lead_epochs
        on reached_sqo.epoch_key = lead_epochs.epoch_key
    inner join rejections
        on
            lead_epochs.lead_id = rejections.lead_id
            and rejections.fact_number > lead_epochs.start_number
    left join opportunity_facts
        on reached_sqo.epoch_key = opportunity_facts.epoch_key
    where
        (opportunity_facts.opportunity_number is null or rejections.fact_number < opportunity_facts.opportunity_number)
        and (
            rejections.occurred_us > reached_sqo.mql_us
            or (rejections.disposition <> 'recycle' and lead_epochs.starts_as = 'raw')
        )
    group by reached_sqo.scenario, reached_sqo.epoch_key

),

ended as (

    select
        reached_sqo.scenario,
        reached_sqo.epoch_key,
        lead_epochs.lead_id,
        lead_epochs.start_number,
        lead_epochs.started_us,
        lead_epochs.bound_us,
        lead_epochs.starts_as,
        lead_epochs.can_reenter,
        reached_sqo.mql_us,
        reached_sqo.sal_us,
        reached_sqo.sqo_us,
        reached_sqo.opportunity_us,
        reached_sqo.won_us,
        opportunity_facts.opportunity_number,
        opportunity_facts.won_number,
        coalesce(
            ending_rejections.rejection_number,
            case
                when
                    opportunity_facts.won_number is null
                    or opportunity_facts.loss_number < opportunity_facts.won_number
                    then opportunity_facts.loss_number
            end
        ) as end_number
    from reached_sqo
    inner join lead_epochs
        on reached_sqo.epoch_key = lead_epochs.epoch_key
    left join opportunity_facts
        on reached_sqo.epoch_key = opportunity_facts.epoch_key
    left join ending_rejections
        on
            reached_sqo.scenario = ending_rejections.scenario
            and reached_sqo.epoch_key = ending_rejections.epoch_key

),

-- An epoch's successor is the one that its ending starts.
jumps_0 as (

    select
        ended.scenario,
        ended.epoch_key,
        next_epochs.epoch_key as next_epoch_key
    from ended
    inner join lead_epochs as next_epochs
        on
            ended.lead_id = next_epochs.lead_id
            and ended.end_number = next_epochs.start_number

),

walked_0 as (

    select
        scenario,
        epoch_key
    from ended
    where start_number = 0

),

{% for round in range(jump_rounds) %}
walked_{{ round + 1 }} as (

    select
        scenario,
        epoch_key
    from walked_{{ round }}

    union

    select
        jumps_{{ round }}.scenario,
        jumps_{{ round }}.next_epoch_key as epoch_key
    from walked_{{ round }}
    inner join jumps_{{ round }}
        on
            walked_{{ round }}.scenario = jumps_{{ round }}.scenario
            and walked_{{ round }}.epoch_key = jumps_{{ round }}.epoch_key

),

jumps_{{ round + 1 }} as (

    select
        first_jumps.scenario,
        first_jumps.epoch_key,
        second_jumps.next_epoch_key
    from jumps_{{ round }} as first_jumps
    inner join jumps_{{ round }} as second_jumps
        on
            first_jumps.scenario = second_jumps.scenario
            and first_jumps.next_epoch_key = second_jumps.epoch_key

),

{% endfor %}
lead_cycles as (

    select
        ended.scenario,
        ended.lead_id,
        ended.epoch_key,
        cast(row_number() over (
            partition by ended.scenario, ended.lead_id order by ended.start_number asc nulls last
        ) as integer) as cycle_number,
        ended.starts_as,
        ended.can_reenter,
        ended.start_number,
        ended.started_us,
        ended.bound_us,
        ended.mql_us,
        ended.sal_us,
        ended.sqo_us,
        ended.opportunity_us,
        ended.opportunity_number,
        ended.won_us,
        ended.won_number,
        ended.end_number,
        coalesce(endings.occurred_us, {{ never_us() }}) as ended_us,
        case
            when endings.crm_fact = 'rejected' and endings.disposition = 'recycle' then 'recycled'
            when endings.crm_fact = 'rejected' then 'disqualified'
            when endings.crm_fact = 'opportunity_lost' then 'lost'
        end as ended_as
    from ended
    inner join walked_{{ jump_rounds }} as walked
        on
            ended.scenario = walked.scenario
            and ended.epoch_key = walked.epoch_key
    left join facts as endings
        on
            ended.lead_id = endings.lead_id
            and ended.end_number = endings.fact_number

)

select * from lead_cycles
