with

targets as (

    select * from {{ ref('int_accounts__targets') }}

),

changes as (

    select
        account_id,
        {{ epoch_us('valid_from') }} as at_us,
        1 as change
    from targets
    where valid_to is null or valid_from < valid_to

    union all

    select
        account_id,
        {{ end_us('valid_to') }} as at_us,
        -1 as change
    from targets
    where valid_to is null or valid_from < valid_to

),

netted as (

    select
        account_id,
        at_us,
        sum(change) as change
    from changes
    group by account_id, at_us
    having sum(change) <> 0

),

-- Stays that overlap are one: an account is on the list or it is not.
running as (

    select
        account_id,
        at_us as from_us,
        lead(at_us, 1, {{ never_us() }}) over steps as to_us,
        sum(change) over steps as stays
    from netted
    window steps as (partition by account_id order by at_us asc nulls last)

),

target_spans as (

    select
        account_id,
        from_us,
        to_us
    from running
    where stays > 0 and from_us < to_us

)

select * from target_spans
