with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

account_cycles as (

    select * from {{ ref('int_lifecycle__account_cycles') }}

),

rule_spans as (

    select * from {{ ref('int_lifecycle__account_rule_spans') }}
    where stage = 'mqa'

),

transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}

),

-- Qualified by the rule itself; an MQA that only an opportunity or a rep's fact proves says nothing about the rule.
qualified as (

    select
        account_cycles.scenario,
        account_cycles.account_id,
        account_cycles.cycle_number,
        account_cycles.mqa_us,
        min(rule_spans.clause) as clause
    from account_cycles
    inner join rule_spans
        on
            account_cycles.scenario = rule_spans.scenario
            and account_cycles.epoch_key = rule_spans.epoch_key
            and rule_spans.from_us <= account_cycles.mqa_us
            and rule_spans.to_us > account_cycles.mqa_us
    where account_cycles.mqa_us < account_cycles.ended_us
    group by account_cycles.scenario, account_cycles.account_id, account_cycles.cycle_number, account_cycles.mqa_us

),

first_qualified as (

    select
        scenario,
        account_id,
        min(mqa_us) as first_mqa_us,
        min_by(clause, mqa_us) as clause,
        count(*) as mqa_count
    from qualified
    group by scenario, account_id

),

simulated as (

    select
        definition_versions.version,
        first_qualified.account_id,
        first_qualified.first_mqa_us,
        first_qualified.clause,
        first_qualified.mqa_count
    from first_qualified
    inner join definition_versions
        on first_qualified.scenario = definition_versions.version

),

actual as (

    select
        definition_versions.version,
        first_qualified.account_id,
        first_qualified.first_mqa_us,
        first_qualified.clause,
        first_qualified.mqa_count
    from first_qualified
    cross join definition_versions
    where first_qualified.scenario = 0

),

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

compared as (

    select
        coalesce(simulated.version, actual.version) as version,
        coalesce(simulated.account_id, actual.account_id) as account_id,
        simulated.first_mqa_us as simulated_us,
        actual.first_mqa_us as actual_us,
        simulated.clause as simulated_clause,
        actual.clause as actual_clause,
        simulated.mqa_count as simulated_mqas,
        actual.mqa_count as actual_mqas
    from simulated
    full outer join actual
        on
            simulated.version = actual.version
            and simulated.account_id = actual.account_id

),

final as (

    select
        {{ key(['compared.version', 'compared.account_id']) }} as what_if_id,
        compared.version,
        in_force.version is null as is_draft,
        compared.account_id,
        case
            when compared.simulated_us is null then 'dropped'
            when compared.actual_us is null then 'added'
            when compared.simulated_us < compared.actual_us then 'earlier'
            when compared.simulated_us > compared.actual_us then 'later'
            else 'same'
        end as change,
        {{ from_epoch_us('compared.simulated_us') }} as simulated_mqa_at,
        {{ from_epoch_us('compared.actual_us') }} as actual_mqa_at,
        compared.simulated_clause,
        compared.actual_clause,
        cast(coalesce(compared.simulated_mqas, 0) as integer) as simulated_mqas,
        cast(coalesce(compared.actual_mqas, 0) as integer) as actual_mqas,
        outcomes.was_accepted,
        outcomes.had_opportunity,
        outcomes.became_customer,
        outcomes.stage_today
    from compared
    left join outcomes
        on compared.account_id = outcomes.account_id
    left join in_force
        on compared.version = in_force.version

)

select * from final
