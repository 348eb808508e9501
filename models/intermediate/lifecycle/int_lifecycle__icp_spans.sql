-- When an account fits the ideal customer profile: every criterion holds and no disqualifier does.
with

account_attributes as (

    select * from {{ ref('int_lifecycle__account_attributes') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

icp_sets as (

    select distinct
        icp_key,
        criterion_id,
        attribute,
        operator,
        value,
        is_disqualifier
    from {{ ref('int_definitions__icp_sets') }}

),

needs as (

    select
        icp_key,
        sum(case when is_disqualifier then 0 else 1 end) as criteria_count
    from icp_sets
    group by icp_key

),

held as (

    select
        account_attributes.account_id,
        icp_sets.icp_key,
        icp_sets.is_disqualifier,
        account_attributes.from_us,
        account_attributes.to_us
    from account_attributes
    inner join icp_sets
        on account_attributes.attribute = icp_sets.attribute
    where {{ passes_test('account_attributes.value', 'icp_sets.operator', 'icp_sets.value') }}

),

changes as (

    -- An account starts with nothing known, and may fit a profile that asks nothing.
    select
        accounts.account_id,
        needs.icp_key,
        {{ epoch_us('accounts.created_at') }} as at_us,
        0 as criteria_change,
        0 as disqualifier_change
    from accounts
    cross join needs

    union all

    select
        account_id,
        icp_key,
        from_us as at_us,
        case when is_disqualifier then 0 else 1 end as criteria_change,
        case when is_disqualifier then 1 else 0 end as disqualifier_change
    from held

    union all

    select
        account_id,
        icp_key,
        to_us as at_us,
        case when is_disqualifier then 0 else -1 end as criteria_change,
        case when is_disqualifier then -1 else 0 end as disqualifier_change
    from held

),

netted as (

    select
        account_id,
        icp_key,
        at_us,
        sum(criteria_change) as criteria_change,
        sum(disqualifier_change) as disqualifier_change
    from changes
    group by account_id, icp_key, at_us

),

running as (

    select
        account_id,
        icp_key,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        sum(criteria_change) over steps as criteria_held,
        sum(disqualifier_change) over steps as disqualifiers_held
    from netted
    window steps as (partition by account_id, icp_key order by at_us asc nulls last)

),

icp_spans as (

    select
        running.account_id,
        running.icp_key,
        running.criteria_held = needs.criteria_count and running.disqualifiers_held = 0 as is_icp_fit,
        running.from_us,
        running.to_us
    from running
    inner join needs
        on running.icp_key = needs.icp_key
    where running.from_us < running.to_us

)

select * from icp_spans
