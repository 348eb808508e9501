-- Who had what a clock may run on: a lead or an account. A clock that starts before anybody has it, or between two stays,
-- asks the next owner: a stay is asked from the end of the one before it, and the first from ever.
with

lead_owners as (

    select * from {{ ref('int_lifecycle__owner_spans') }}

),

account_owners as (

    select * from {{ ref('int_accounts__owner_spans') }}

),

-- HubSpot tells a queue by its owner's type, Salesforce by its id.
queues as (

    select user_id from {{ ref('int_users__unified') }} where is_queue

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
        owner_spans.subject_type,
        owner_spans.subject_id,
        owner_spans.owner_id,
        owner_spans.is_queue or queues.user_id is not null as is_queue,
        owner_spans.valid_from,
        owner_spans.valid_to,
        coalesce(
            lag(owner_spans.valid_to) over (
                partition by owner_spans.subject_type, owner_spans.subject_id
                order by owner_spans.valid_from asc nulls last
            ),
            timestamp '0001-01-01 00:00:00'
        ) as asked_from
    from owner_spans
    left join queues on owner_spans.owner_id = queues.user_id

)

select * from asked
