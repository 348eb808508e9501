with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__lead_rule_spans') }}
    where stage = 'mql'

),

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

-- Qualified by the rule itself; an MQL that only an opportunity or a rep's fact proves says nothing about the rule.
qualified as (

    select
        lead_cycles.scenario,
        lead_cycles.lead_id,
        lead_cycles.cycle_number,
        lead_cycles.mql_us,
        min(rule_spans.clause) as clause
    from lead_cycles
    inner join rule_spans
        on
            lead_cycles.scenario = rule_spans.scenario
            and lead_cycles.epoch_key = rule_spans.epoch_key
            and rule_spans.from_us <= lead_cycles.mql_us
            and rule_spans.to_us > lead_cycles.mql_us
    where lead_cycles.mql_us < lead_cycles.ended_us
    group by lead_cycles.scenario, lead_cycles.lead_id, lead_cycles.cycle_number, lead_cycles.mql_us

),

first_qualified as (

    select
        scenario,
        lead_id,
        min(mql_us) as first_mql_us,
        min_by(clause, mql_us) as clause,
        count(*) as mql_count
    from qualified
    group by scenario, lead_id

),

simulated as (

    select
        definition_versions.version,
        first_qualified.lead_id,
        first_qualified.first_mql_us,
        first_qualified.clause,
        first_qualified.mql_count
    from first_qualified
    inner join definition_versions
        on first_qualified.scenario = definition_versions.version

),

actual as (

    select
        definition_versions.version,
        first_qualified.lead_id,
        first_qualified.first_mql_us,
        first_qualified.clause,
        first_qualified.mql_count
    from first_qualified
    cross join definition_versions
    where first_qualified.scenario = 0

),

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

compared as (

    select
        coalesce(simulated.version, actual.version) as version,
        coalesce(simulated.lead_id, actual.lead_id) as lead_id,
        simulated.first_mql_us as simulated_us,
        actual.first_mql_us as actual_us,
        simulated.clause as simulated_clause,
        actual.clause as actual_clause,
        simulated.mql_count as simulated_mqls,
        actual.mql_count as actual_mqls
    from simulated
    full outer join actual
        on
            simulated.version = actual.version
            and simulated.lead_id = actual.lead_id

),

final as (

    select
        {{ key(['compared.version', 'compared.lead_id']) }} as what_if_id,
        compared.version,
        in_force.version is null as is_draft,
        compared.lead_id,
        lead_accounts.account_id,
        case
            when compared.simulated_us is null then 'dropped'
            when compared.actual_us is null then 'added'
            when compared.simulated_us < compared.actual_us then 'earlier'
            when compared.simulated_us > compared.actual_us then 'later'
            else 'same'
        end as change,
        {{ from_epoch_us('compared.simulated_us') }} as simulated_mql_at,
        {{ from_epoch_us('compared.actual_us') }} as actual_mql_at,
        compared.simulated_clause,
        compared.actual_clause,
        cast(coalesce(compared.simulated_mqls, 0) as integer) as simulated_mqls,
        cast(coalesce(compared.actual_mqls, 0) as integer) as actual_mqls,
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
    left join in_force
        on compared.version = in_force.version

)

select * from final
