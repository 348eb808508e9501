with

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

targets as (

    select * from {{ ref('int_accounts__targets') }}

),

account_attributes as (

    select * from {{ ref('int_lifecycle__account_attributes') }}

),

icp_sets as (

    select * from {{ ref('int_definitions__icp_sets') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}

),

account_scores as (

    select * from {{ ref('fct_account_scores') }}
    where valid_to is null

),

current_targets as (

    select
        account_id,
        min(target_tier) as target_tier
    from targets
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > {{ as_of() }})
    group by account_id

),

current_criteria as (

    select
        icp_sets.criterion_id,
        icp_sets.attribute,
        icp_sets.operator,
        icp_sets.value,
        icp_sets.is_disqualifier,
        icp_sets.description
    from icp_sets
    inner join in_force
        on icp_sets.version = in_force.version
    where in_force.valid_from <= {{ as_of() }} and (in_force.valid_to is null or in_force.valid_to > {{ as_of() }})

),

current_values as (

    select
        account_id,
        attribute,
        value
    from account_attributes
    where from_us <= {{ as_of_us() }} and to_us > {{ as_of_us() }}

),

-- A miss is a criterion that does not hold, or a disqualifier that does.
judged as (

    select
        accounts.account_id,
        current_criteria.criterion_id,
        current_criteria.description,
        coalesce(
            {{ passes_test('current_values.value', 'current_criteria.operator', 'current_criteria.value') }}, false
        )
        = current_criteria.is_disqualifier as is_miss
    from accounts
    cross join current_criteria
    left join current_values
        on
            accounts.account_id = current_values.account_id
            and current_criteria.attribute = current_values.attribute

),

profiles as (

    select
        account_id,
        max(case when is_miss then 1 else 0 end) = 0 as is_icp_fit
    from judged
    group by account_id

),

missed as (

    select
        account_id,
        {{ ordered_text('coalesce(description, criterion_id)', 'criterion_id', "'; '") }} as icp_misses
    from judged
    where is_miss
    group by account_id

),

latest_transitions as (

    select
        account_id,
        max(transition_number) as transition_number
    from transitions
    group by account_id

),

standing as (

    select
        transitions.account_id,
        transitions.to_stage,
        transitions.occurred_at
    from transitions
    inner join latest_transitions
        on
            transitions.account_id = latest_transitions.account_id
            and transitions.transition_number = latest_transitions.transition_number

),

final as (

    select
        accounts.account_id,
        accounts.account_name,
        accounts.primary_domain,
        accounts.salesforce_account_id,
        accounts.hubspot_company_id,
        accounts.parent_account_id,
        accounts.ultimate_parent_account_id,
        accounts.is_inferred,
        accounts.industry,
        accounts.employee_count,
        accounts.country_code,
        accounts.annual_revenue_usd,
        accounts.owner_id,
        current_targets.account_id is not null as is_target_account,
        current_targets.target_tier,
        coalesce(profiles.is_icp_fit, false) as is_icp_fit,
        missed.icp_misses,
        coalesce(account_scores.score, 0.0) as account_score,
        coalesce(account_scores.firmographic_score, 0.0) as firmographic_score,
        coalesce(account_scores.engagement_score, 0.0) as engagement_score,
        coalesce(account_scores.intent_score, 0.0) as intent_score,
        account_scores.valid_from as scored_at,
        -- No record tells when the account was created: the ledger has nothing of it, the target list may.
        coalesce(
            standing.to_stage, case when current_targets.account_id is not null then 'target' else 'untracked' end
        ) as account_stage,
        standing.occurred_at as account_stage_entered_at,
        accounts.created_at
    from accounts
    left join current_targets
        on accounts.account_id = current_targets.account_id
    left join profiles
        on accounts.account_id = profiles.account_id
    left join missed
        on accounts.account_id = missed.account_id
    left join account_scores
        on accounts.account_id = account_scores.account_id
    left join standing
        on accounts.account_id = standing.account_id
    where not coalesce(accounts.is_deleted, false)

)

select * from final
