with

what_if as (

    select * from {{ ref('rpt_definition_what_if') }}

),

what_if_accounts as (

    select * from {{ ref('rpt_definition_what_if_accounts') }}

),

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

counted as (

    select
        version,
        count(simulated_mql_at) as simulated_leads,
        count(actual_mql_at) as actual_leads,
        count(case when change = 'added' then 1 end) as added_leads,
        count(case when change = 'dropped' then 1 end) as dropped_leads,
        count(case when change = 'earlier' then 1 end) as earlier_leads,
        count(case when change = 'later' then 1 end) as later_leads,
        count(case when simulated_mql_at is not null and was_accepted then 1 end) as simulated_accepted,
        count(case when actual_mql_at is not null and was_accepted then 1 end) as actual_accepted,
        count(case when simulated_mql_at is not null and had_opportunity then 1 end) as simulated_opportunities,
        count(case when actual_mql_at is not null and had_opportunity then 1 end) as actual_opportunities,
        count(case when simulated_mql_at is not null and became_customer then 1 end) as simulated_customers,
        count(case when actual_mql_at is not null and became_customer then 1 end) as actual_customers
    from what_if
    group by version

),

counted_accounts as (

    select
        version,
        count(simulated_mqa_at) as simulated_accounts,
        count(actual_mqa_at) as actual_accounts,
        count(case when change = 'added' then 1 end) as added_accounts,
        count(case when change = 'dropped' then 1 end) as dropped_accounts,
        count(case when simulated_mqa_at is not null and was_accepted then 1 end) as simulated_accepted,
        count(case when actual_mqa_at is not null and was_accepted then 1 end) as actual_accepted
    from what_if_accounts
    group by version

),

final as (

    select
        definition_versions.version,
        definition_versions.note,
        {{ lacks_signature('definition_versions') }} as is_draft,
        cast(coalesce(counted.simulated_leads, 0) as bigint) as simulated_leads,
        cast(coalesce(counted.actual_leads, 0) as bigint) as actual_leads,
        cast(coalesce(counted.simulated_leads, 0) - coalesce(counted.actual_leads, 0) as bigint) as volume_change,
        cast(coalesce(counted.added_leads, 0) as bigint) as added_leads,
        cast(coalesce(counted.dropped_leads, 0) as bigint) as dropped_leads,
        cast(coalesce(counted.earlier_leads, 0) as bigint) as earlier_leads,
        cast(coalesce(counted.later_leads, 0) as bigint) as later_leads,
        cast(counted.simulated_accepted as double) / nullif(counted.simulated_leads, 0) as simulated_acceptance_rate,
        cast(counted.actual_accepted as double) / nullif(counted.actual_leads, 0) as actual_acceptance_rate,
        cast(counted.simulated_opportunities as double) / nullif(counted.simulated_leads, 0)
            as simulated_opportunity_rate,
        cast(counted.actual_opportunities as double) / nullif(counted.actual_leads, 0) as actual_opportunity_rate,
        cast(counted.simulated_customers as double) / nullif(counted.simulated_leads, 0)
            as simulated_customer_rate,
        cast(counted.actual_customers as double) / nullif(counted.actual_leads, 0) as actual_customer_rate,
        cast(coalesce(counted_accounts.simulated_accounts, 0) as bigint) as simulated_accounts,
        cast(coalesce(counted_accounts.actual_accounts, 0) as bigint) as actual_accounts,
        cast(
            coalesce(counted_accounts.simulated_accounts, 0) - coalesce(counted_accounts.actual_accounts, 0) as bigint
        ) as account_volume_change,
        cast(coalesce(counted_accounts.added_accounts, 0) as bigint) as added_accounts,
        cast(coalesce(counted_accounts.dropped_accounts, 0) as bigint) as dropped_accounts,
        cast(counted_accounts.simulated_accepted as double) / nullif(counted_accounts.simulated_accounts, 0)
            as simulated_account_acceptance_rate,
        cast(counted_accounts.actual_accepted as double) / nullif(counted_accounts.actual_accounts, 0)
            as actual_account_acceptance_rate
    from definition_versions
    left join counted
        on definition_versions.version = counted.version
    left join counted_accounts
        on definition_versions.version = counted_accounts.version

)

select * from final
