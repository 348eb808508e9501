{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'lead', 'goes_on': epoch_us('occurred_at'), 'resumes': 'evidence_resume_us'}
) }}

with

transitions as (

    select * from {{ ref('int_lifecycle__lead_transitions') }}
    where {{ is_new('lead', 'lead_id', 'occurred_us') }}

),

evidence as (

    select * from {{ ref('int_lifecycle__lead_evidence') }}
    where {{ is_new('lead', 'lead_id', 'occurred_us') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

final as (

    select
        {{ key(['transitions.lead_id', 'transitions.cycle_number', 'transitions.to_stage']) }} as transition_id,
        transitions.lead_id,
        lead_accounts.account_id,
        transitions.cycle_number,
        transitions.transition_number,
        transitions.from_stage,
        transitions.to_stage,
        {{ from_epoch_us('transitions.occurred_us') }} as occurred_at,
        evidence.known_at,
        in_force.version as definition_version,
        evidence.trigger,
        evidence.reason_code,
        evidence.evidence,
        evidence.is_inferred
    from transitions
    inner join evidence
        on
            transitions.lead_id = evidence.lead_id
            and transitions.transition_number = evidence.transition_number
    left join lead_accounts
        on transitions.lead_id = lead_accounts.lead_id
    left join in_force
        on
            {{ epoch_us('in_force.valid_from') }} <= transitions.occurred_us
            and {{ end_us('in_force.valid_to') }} > transitions.occurred_us

)

select * from final
