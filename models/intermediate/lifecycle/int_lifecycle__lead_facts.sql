{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

with

-- Two contacts of one meeting may be one lead, and two fields of a record may say the same.
crm_facts as (

    select
        lead_id,
        crm_fact,
        occurred_at,
        source_order,
        opportunity_id,
        raw_reason,
        actor_id,
        source_record_key,
        is_inferred,
        min(known_at) as known_at
    from {{ ref('int_lifecycle__crm_facts') }}
    where {{ is_changed('lead', 'lead_id') }} and occurred_at <= {{ as_of() }}
    group by
        lead_id, crm_fact, occurred_at, source_order, opportunity_id, raw_reason, actor_id, source_record_key, is_inferred

),

leads as (

    select * from {{ ref('int_people__leads') }}
    where {{ is_changed('lead', 'lead_id') }}

),

reasons as (

    select * from {{ ref('int_lifecycle__rejection_reasons') }}

),

known_facts as (

    select
        crm_facts.lead_id,
        crm_facts.crm_fact,
        crm_facts.opportunity_id,
        crm_facts.raw_reason,
        crm_facts.actor_id,
        crm_facts.source_record_key,
        crm_facts.known_at,
        coalesce(crm_facts.is_inferred, false) as is_inferred,
        coalesce(crm_facts.source_order, 0) as source_order,
        {{ epoch_us('crm_facts.occurred_at') }} as fact_us,
        {{ epoch_us('leads.created_at') }} as created_us,
        crm_facts.crm_fact in ('opportunity_created', 'opportunity_won', 'opportunity_lost') as is_of_opportunity
    from crm_facts
    inner join leads
        on crm_facts.lead_id = leads.lead_id

),

first_creations as (

    select
        lead_id,
        opportunity_id,
        min(greatest(fact_us, created_us)) as opened_us,
        min(source_order) as opened_order
    from known_facts
    where crm_fact = 'opportunity_created'
    group by lead_id, opportunity_id

),

-- A lead is on an opportunity from the lead's own creation at the earliest, and it closes after that.
dated as (

    select
        known_facts.*,
        first_creations.opportunity_id is not null as is_linked,
        case
            when known_facts.is_of_opportunity then greatest(
                known_facts.fact_us, known_facts.created_us,
                coalesce(first_creations.opened_us, known_facts.created_us)
            )
            else known_facts.fact_us
        end as occurred_us,
        case
            when
                known_facts.crm_fact in ('opportunity_won', 'opportunity_lost')
                and greatest(known_facts.fact_us, known_facts.created_us) <= first_creations.opened_us
                then greatest(known_facts.source_order, first_creations.opened_order)
            else known_facts.source_order
        end as fact_order
    from known_facts
    left join first_creations
        on
            known_facts.lead_id = first_creations.lead_id
            -- One expression, because a condition on one side alone makes an outer join quadratic.
            and case when known_facts.is_of_opportunity then known_facts.opportunity_id end
            = first_creations.opportunity_id

),

-- The source's own order settles one instant; then an opportunity opens before it closes; then the keys, so that
-- the order never depends on how rows arrived.
numbered as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by
                occurred_us asc nulls last,
                fact_order asc nulls last,
                case when crm_fact in ('opportunity_won', 'opportunity_lost') then 1 else 0 end asc nulls last,
                source_record_key asc nulls last,
                crm_fact asc nulls last,
                opportunity_id asc nulls last,
                raw_reason asc nulls last
        ) as fact_number
    from dated

),

-- An opportunity that was closed may be opened again, and closed again.
with_previous as (

    select
        *,
        lag(crm_fact) over (
            partition by lead_id, is_of_opportunity, opportunity_id order by fact_number asc nulls last
        ) as previous_fact
    from numbered

),

steps as (

    select
        *,
        case
            when crm_fact = 'opportunity_created' and coalesce(previous_fact, '') <> 'opportunity_created' then 1
            when
                is_linked
                and crm_fact in ('opportunity_won', 'opportunity_lost')
                and coalesce(previous_fact, '') = 'opportunity_created'
                then -1
            else 0
        end as open_change
    from with_previous

),

counted as (

    select
        *,
        sum(open_change) over (
            partition by lead_id order by fact_number asc nulls last
            rows between unbounded preceding and current row
        ) as open_opportunities,
        min(case when crm_fact = 'opportunity_won' then fact_number end) over (
            partition by lead_id
        ) as first_win_number
    from steps

),

facts as (

    select
        counted.lead_id,
        cast(counted.fact_number as bigint) as fact_number,
        counted.crm_fact,
        counted.occurred_us,
        counted.created_us,
        counted.opportunity_id,
        counted.raw_reason,
        counted.actor_id,
        counted.source_record_key,
        counted.known_at,
        counted.is_inferred,
        cast(counted.open_opportunities as bigint) as open_opportunities,
        cast(counted.first_win_number as bigint) as first_win_number,
        -- The loss of the last open opportunity.
        counted.crm_fact = 'opportunity_lost' and counted.open_change = -1 and counted.open_opportunities = 0
            as is_last_loss,
        case when counted.crm_fact = 'rejected' then coalesce(reasons.reason_code, 'unspecified') end
            as reason_code,
        case
            when counted.crm_fact = 'rejected'
                then coalesce(reasons.disposition, unspecified.disposition, 'recycle')
        end as disposition,
        case
            when counted.crm_fact = 'rejected'
                then coalesce(reasons.can_reenter, unspecified.can_reenter, true)
        end as can_reenter
    from counted
    left join reasons
        on case when counted.crm_fact = 'rejected' then lower(trim(counted.raw_reason)) end = reasons.reason_text
    left join reasons as unspecified
        on case when counted.crm_fact = 'rejected' then 'unspecified' end = unspecified.reason_text

)

select * from facts
