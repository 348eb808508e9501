with

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where scenario = 0

),

facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where crm_fact = 'rejected'

),

transitions as (

    select * from {{ ref('int_lifecycle__lead_transitions') }}
    where basis = 'ending'

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

-- A rejection that could not apply where the lead stood is a status conflict, not a rejection.
final as (

    select
        {{ key(['lead_cycles.lead_id', 'lead_cycles.cycle_number', "'rejection'"]) }} as rejection_id,
        lead_cycles.lead_id,
        lead_accounts.account_id,
        lead_cycles.cycle_number,
        transitions.from_stage as rejected_from_stage,
        {{ from_epoch_us('facts.occurred_us') }} as rejected_at,
        facts.actor_id as rejected_by,
        facts.reason_code,
        facts.raw_reason,
        facts.disposition,
        facts.can_reenter,
        facts.reason_code <> 'unspecified' as has_reason,
        in_force.version as definition_version,
        facts.source_record_key,
        facts.known_at
    from lead_cycles
    inner join facts
        on
            lead_cycles.lead_id = facts.lead_id
            and lead_cycles.end_number = facts.fact_number
    inner join transitions
        on
            lead_cycles.epoch_key = transitions.epoch_key
            and facts.fact_number = transitions.fact_number
    left join lead_accounts
        on lead_cycles.lead_id = lead_accounts.lead_id
    left join in_force
        on
            {{ epoch_us('in_force.valid_from') }} <= facts.occurred_us
            and {{ end_us('in_force.valid_to') }} > facts.occurred_us

)

select * from final
