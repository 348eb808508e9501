{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'account', 'goes_on': epoch_us('occurred_at'), 'resumes': 'evidence_resume_us'}
) }}

with

transitions as (

    select * from {{ ref('int_lifecycle__account_transitions') }}
    where {{ is_new('account', 'account_id', 'occurred_us') }}

),

evidence as (

    select * from {{ ref('int_lifecycle__account_evidence') }}
    where {{ is_new('account', 'account_id', 'occurred_us') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

final as (

    select
        {{ key(['transitions.account_id', 'transitions.cycle_number', 'transitions.to_stage']) }} as transition_id,
        transitions.account_id,
        transitions.cycle_number,
        transitions.transition_number,
        transitions.from_stage,
        transitions.to_stage,
        {{ from_epoch_us('transitions.occurred_us') }} as occurred_at,
        evidence.known_at,
        in_force.version as definition_version,
        evidence.trigger,
        cast(null as {{ dbt.type_string() }}) as reason_code,
        evidence.evidence,
        evidence.is_inferred
    from transitions
    inner join evidence
        on
            transitions.account_id = evidence.account_id
            and transitions.transition_number = evidence.transition_number
    left join in_force
        on
            {{ epoch_us('in_force.valid_from') }} <= transitions.occurred_us
            and {{ end_us('in_force.valid_to') }} > transitions.occurred_us

)

select * from final
