-- Who had what a clock may run on: a lead or an account.
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

)

select * from owner_spans
