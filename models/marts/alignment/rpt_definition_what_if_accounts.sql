{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'account'}) }}

with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

account_cycles as (

    select * from {{ ref('int_lifecycle__account_cycles') }}
    where {{ is_changed('account', 'account_id') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__account_rule_spans') }}
    where stage = 'mqa' and {{ is_changed_epoch('account') }}

),

transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}
    where {{ is_changed('account', 'account_id') }}

),

{{ what_if('account', 'mqa') }},

outcomes as (

    select
        account_id,
        max(case when to_stage = 'saa' then 1 else 0 end) = 1 as was_accepted,
        max(case when to_stage = 'opportunity' then 1 else 0 end) = 1 as had_opportunity,
        max(case when to_stage = 'customer' then 1 else 0 end) = 1 as became_customer,
        max_by(to_stage, transition_number) as stage_today
    from transitions
    group by account_id

),

final as (

    select
        {{ key(['compared.version', 'compared.account_id']) }} as what_if_id,
        compared.version,
        {{ lacks_signature('definition_versions') }} as is_draft,
        compared.account_id,
        compared.change,
        compared.simulated_at as simulated_mqa_at,
        compared.actual_at as actual_mqa_at,
        compared.simulated_clause,
        compared.actual_clause,
        compared.simulated_times as simulated_mqas,
        compared.actual_times as actual_mqas,
        outcomes.was_accepted,
        outcomes.had_opportunity,
        outcomes.became_customer,
        outcomes.stage_today
    from compared
    left join outcomes
        on compared.account_id = outcomes.account_id
    left join definition_versions
        on compared.version = definition_versions.version

)

select * from final
