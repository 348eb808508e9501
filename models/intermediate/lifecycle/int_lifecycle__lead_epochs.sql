{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

-- A cycle can only start at a lead's creation, at a rejection, or at the loss of its last open opportunity. Each such
-- instant is an epoch, evaluated as if a cycle started there; int_lifecycle__lead_cycles picks the ones that did.
with

leads as (

    select * from {{ ref('int_people__leads') }}
    where {{ is_changed('lead', 'lead_id') }}

),

facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

numbers as (

    select * from {{ ref('int_subjects__numbers') }}
    where subject_type = 'lead'

),

starts as (

    select
        lead_id,
        cast(0 as bigint) as start_number,
        {{ epoch_us('created_at') }} as started_us,
        -- The first cycle has no bound: what an anonymous visitor did before becoming a lead counts.
        {{ always_us() }} as bound_us,
        'raw' as starts_as,
        true as can_reenter
    from leads
    where created_at <= {{ as_of() }}

    union all

    select
        lead_id,
        fact_number as start_number,
        occurred_us as started_us,
        occurred_us as bound_us,
        case when crm_fact = 'rejected' and disposition = 'recycle' then 'raw' else 'lost' end as starts_as,
        case when crm_fact = 'rejected' and disposition <> 'recycle' then can_reenter else true end as can_reenter
    from facts
    where
        occurred_us >= created_us
        and (first_win_number is null or fact_number < first_win_number)
        and ((crm_fact = 'rejected' and open_opportunities = 0) or is_last_loss)

),

epochs as (

    select
        -- Short to sort by, and the same in every build.
        numbers.epoch_base + starts.start_number as epoch_key,
        starts.lead_id,
        starts.start_number,
        starts.started_us,
        starts.bound_us,
        starts.starts_as,
        starts.can_reenter
    from starts
    inner join numbers
        on starts.lead_id = numbers.subject_id

)

select * from epochs
