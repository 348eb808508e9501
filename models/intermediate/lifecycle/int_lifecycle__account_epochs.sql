-- An account's cycles start at its creation and at each loss of its last open opportunity, until it is a customer.
with

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

facts as (

    select * from {{ ref('int_lifecycle__account_facts') }}

),

target_spans as (

    select * from {{ ref('int_lifecycle__target_spans') }}

),

numbers as (

    select * from {{ ref('int_subjects__numbers') }}
    where subject_type = 'account'

),

starts as (

    select
        account_id,
        cast(0 as bigint) as start_number,
        {{ epoch_us('created_at') }} as started_us,
        {{ always_us() }} as bound_us,
        'untracked' as starts_as
    from accounts
    where created_at <= {{ as_of() }}

    union all

    -- Back to the list, if it is still on it.
    select
        facts.account_id,
        facts.fact_number as start_number,
        facts.occurred_us as started_us,
        facts.occurred_us as bound_us,
        case when max(target_spans.account_id) is null then 'untracked' else 'target' end as starts_as
    from facts
    left join target_spans
        on
            facts.account_id = target_spans.account_id
            and target_spans.from_us <= facts.occurred_us
            and target_spans.to_us > facts.occurred_us
    where
        facts.is_last_loss
        and (facts.first_win_number is null or facts.fact_number < facts.first_win_number)
    group by facts.account_id, facts.fact_number, facts.occurred_us

),

epochs as (

    select
        -- Short to sort by, and the same in every build.
        numbers.epoch_base + starts.start_number as epoch_key,
        starts.account_id,
        cast(row_number() over steps as integer) as cycle_number,
        starts.start_number,
        starts.started_us,
        starts.bound_us,
        starts.starts_as,
        lead(starts.start_number) over steps as end_number,
        lead(starts.started_us, 1, {{ never_us() }}) over steps as ended_us
    from starts
    inner join numbers
        on starts.account_id = numbers.subject_id
    window steps as (partition by starts.account_id order by starts.start_number asc nulls last)

)

select * from epochs
