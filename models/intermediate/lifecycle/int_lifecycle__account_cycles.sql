{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account'}) }}

{% set stages = ['target', 'engaged', 'mqa', 'saa'] %}

with

account_epochs as (

    select * from {{ ref('int_lifecycle__account_epochs') }}
    where {{ is_changed('account', 'account_id') }}

),

all_rule_spans as (

    select * from {{ ref('int_lifecycle__account_rule_spans') }}
    where {{ is_changed_epoch('account') }} and from_us <= {{ as_of_us() }}

),

facts as (

    select * from {{ ref('int_lifecycle__account_facts') }}
    where {{ is_changed('account', 'account_id') }}

),

scenarios as (

    select distinct scenario from {{ ref('int_definitions__scenarios') }}

    union

    select 0 as scenario

),

opportunity_facts as (

    select
        account_epochs.epoch_key,
        min(facts.fact_number) as opportunity_number,
        min(facts.occurred_us) as opportunity_us,
        min(case when facts.crm_fact = 'opportunity_won' then facts.fact_number end) as won_number,
        min(case when facts.crm_fact = 'opportunity_won' then facts.occurred_us end) as won_us
    from account_epochs
    inner join facts
        on
            account_epochs.account_id = facts.account_id
            and facts.fact_number > account_epochs.start_number
    where facts.crm_fact in ('opportunity_created', 'opportunity_won')
    group by account_epochs.epoch_key

),

evaluated as (

    select
        scenarios.scenario,
        account_epochs.epoch_key,
        account_epochs.started_us,
        coalesce(opportunity_facts.opportunity_us, {{ never_us() }}) as opportunity_us,
        coalesce(opportunity_facts.won_us, {{ never_us() }}) as won_us
    from account_epochs
    cross join scenarios
    left join opportunity_facts
        on account_epochs.epoch_key = opportunity_facts.epoch_key

),

-- A cycle that starts on the list has reached its first stage.
standing as (

    select
        scenarios.scenario,
        account_epochs.epoch_key,
        'target' as stage,
        false as is_proving,
        account_epochs.started_us as from_us,
        {{ never_us() }} as to_us
    from account_epochs
    cross join scenarios
    where account_epochs.starts_as = 'target'

),

rule_spans as (

    select
        scenario,
        epoch_key,
        stage,
        is_proving,
        from_us,
        to_us
    from all_rule_spans

    union all

    select
        scenario,
        epoch_key,
        stage,
        is_proving,
        from_us,
        to_us
    from standing

),

{{ reached(stages) }},

account_cycles as (

    select
        reached_saa.scenario,
        account_epochs.account_id,
        account_epochs.epoch_key,
        account_epochs.cycle_number,
        account_epochs.starts_as,
        account_epochs.start_number,
        account_epochs.started_us,
        account_epochs.bound_us,
        reached_saa.target_us,
        reached_saa.engaged_us,
        reached_saa.mqa_us,
        reached_saa.saa_us,
        reached_saa.opportunity_us,
        opportunity_facts.opportunity_number,
        reached_saa.won_us,
        opportunity_facts.won_number,
        account_epochs.end_number,
        account_epochs.ended_us
    from account_epochs
    inner join reached_saa
        on account_epochs.epoch_key = reached_saa.epoch_key
    left join opportunity_facts
        on account_epochs.epoch_key = opportunity_facts.epoch_key

)

select * from account_cycles
