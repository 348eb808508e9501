{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where {{ is_changed('lead', 'lead_id') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__lead_rule_spans') }}
    where stage = 'mql' and {{ is_changed_epoch('lead') }}

),

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}
    where {{ is_changed('lead', 'lead_id') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

{{ what_if('lead', 'mql') }},

outcomes as (

    select
        lead_id,
        max(case when to_stage = 'sal' then 1 else 0 end) = 1 as was_accepted,
        max(case when to_stage = 'sqo' then 1 else 0 end) = 1 as was_sqo,
        max(case when to_stage = 'opportunity' then 1 else 0 end) = 1 as had_opportunity,
        max(case when to_stage = 'customer' then 1 else 0 end) = 1 as became_customer,
        max(case when trigger = 'crm_fact:rejected' then 1 else 0 end) = 1 as was_rejected,
        max_by(to_stage, transition_number) as stage_today
    from transitions
    group by lead_id

),

final as (

    select
        {{ key(['compared.version', 'compared.lead_id']) }} as what_if_id,
        compared.version,
        {{ lacks_signature('definition_versions') }} as is_draft,
        compared.lead_id,
        lead_accounts.account_id,
        compared.change,
        compared.simulated_at as simulated_mql_at,
        compared.actual_at as actual_mql_at,
        compared.simulated_clause,
        compared.actual_clause,
        compared.simulated_times as simulated_mqls,
        compared.actual_times as actual_mqls,
        outcomes.was_accepted,
        outcomes.was_rejected,
        outcomes.was_sqo,
        outcomes.had_opportunity,
        outcomes.became_customer,
        outcomes.stage_today
    from compared
    left join outcomes
        on compared.lead_id = outcomes.lead_id
    left join lead_accounts
        on compared.lead_id = lead_accounts.lead_id
    left join definition_versions
        on compared.version = definition_versions.version

)

select * from final
