-- What an opportunity went through before it stands as it does: a loss stays in the ledgers when it is opened again (ADR 0154).
with

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

stage_changes as (

    select * from {{ ref('int_opportunities__stage_changes') }}
    where (is_closing or is_reopening) and not is_yet_to_come

),

turns as (

    select
        opportunity_id,
        changed_at,
        case
            when is_reopening then 'opportunity_created'
            when is_won_stage then 'opportunity_won'
            else 'opportunity_lost'
        end as crm_fact,
        -- A closing is over with the next turn. The last one is not: it stands on the opportunity.
        case
            when is_reopening then changed_at
            else lead(changed_at) over (partition by opportunity_id order by changed_at asc nulls last)
        end as over_at
    from stage_changes

),

earlier_turns as (

    select
        turns.opportunity_id,
        turns.changed_at,
        turns.crm_fact,
        turns.over_at
    from turns
    inner join opportunities on turns.opportunity_id = opportunities.opportunity_id
    where turns.over_at is not null and (opportunities.is_open or turns.changed_at < opportunities.closed_at)

)

select * from earlier_turns
