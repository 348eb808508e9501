-- Who had what a clock may run on: a lead or an account. A clock that starts before anybody has it, or between two stays,
-- asks the next owner: a stay is asked from the end of the one before it, and the first from ever.
with

lead_owners as (

    select * from {{ ref('int_lifecycle__owner_spans') }}

),

account_owners as (

    select * from {{ ref('int_accounts__owner_spans') }}

),

owner_spans as (

    select
        'lead' as subject_type,
        lead_id as subject_id,
        owner_id,
        is_queue,
        valid_from,
        valid_to
    from lead_owners

    union all

    select
        'account' as subject_type,
        account_id as subject_id,
        owner_id,
        is_queue,
        valid_from,
        valid_to
    from account_owners

),

asked as (

    select
        *,
        coalesce(
            lag(valid_to) over (partition by subject_type, subject_id order by valid_from asc nulls last),
            timestamp '0001-01-01 00:00:00'
        ) as asked_from
    from owner_spans

)

select * from asked
