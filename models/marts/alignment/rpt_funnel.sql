with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

leads as (

    select * from {{ ref('dim_leads') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

months as (

    select * from {{ ref('int_sla__months') }}

),

stages as (

    select 'raw' as stage, 1 as stage_order, 'mql' as next_stage, 'targeting' as points_at
    union all
    select 'mql' as stage, 2 as stage_order, 'sal' as next_stage, 'targeting and definition' as points_at
    union all
    select 'sal' as stage, 3 as stage_order, 'sqo' as next_stage, 'execution' as points_at
    union all
    select 'sqo' as stage, 4 as stage_order, 'opportunity' as next_stage, 'execution' as points_at
    union all
    select
        'opportunity' as stage,
        5 as stage_order,
        'customer' as next_stage,
        'execution and offer' as points_at
    union all
    select 'customer' as stage, 6 as stage_order, null as next_stage, null as points_at

),

-- A deleted lead has left dim_leads, but what it did stays counted, under "unknown".
lead_dimensions as (

    select
        transitions.lead_id,
        coalesce(max(leads.lead_source), 'unknown') as lead_source,
        coalesce(max(leads.first_touch_channel), 'unknown') as first_touch_channel,
        coalesce(max(leads.country_code), 'unknown') as country_code,
        coalesce(max(leads.seniority), 'unknown') as seniority,
        coalesce(max(accounts.industry), 'unknown') as industry,
        case
            when max(accounts.target_tier) is null then 'not on the list'
            else 'tier ' || cast(max(accounts.target_tier) as {{ dbt.type_string() }})
        end as target_tier
    from transitions
    left join leads
        on transitions.lead_id = leads.lead_id
    left join accounts
        on leads.account_id = accounts.account_id
    group by transitions.lead_id

),

dimension_values as (

    select lead_id, 'all' as dimension, 'all' as dimension_value from lead_dimensions
    union all
    select lead_id, 'lead_source' as dimension, lead_source as dimension_value from lead_dimensions
    union all
    select
        lead_id,
        'first_touch_channel' as dimension,
        first_touch_channel as dimension_value
    from lead_dimensions
    union all
    select lead_id, 'country_code' as dimension, country_code as dimension_value from lead_dimensions
    union all
    select lead_id, 'seniority' as dimension, seniority as dimension_value from lead_dimensions
    union all
    select lead_id, 'industry' as dimension, industry as dimension_value from lead_dimensions
    union all
    select lead_id, 'target_tier' as dimension, target_tier as dimension_value from lead_dimensions

),

-- One entry per lead, cycle and stage: a stage is entered once in a cycle.
entries as (

    select
        transitions.lead_id,
        transitions.cycle_number,
        transitions.to_stage as stage,
        min(transitions.occurred_at) as entered_at,
        cast(
            date_trunc(
                'month',
                {{ local_date('min(transitions.occurred_at)', setting('reporting_time_zone')) }}
            ) as date
        ) as entered_month
    from transitions
    group by transitions.lead_id, transitions.cycle_number, transitions.to_stage

),

cohort as (

    select
        entries.entered_month as period_start,
        'cohort' as measure,
        dimension_values.dimension,
        dimension_values.dimension_value,
        entries.stage,
        count(*) as lead_count,
        count(next_entries.lead_id) as reached_next_count
    from entries
    inner join stages
        on entries.stage = stages.stage
    inner join dimension_values
        on entries.lead_id = dimension_values.lead_id
    left join entries as next_entries
        on
            entries.lead_id = next_entries.lead_id
            and entries.cycle_number = next_entries.cycle_number
            and stages.next_stage = next_entries.stage
    group by all

),

stays as (

    select
        lead_id,
        to_stage as stage,
        occurred_at as entered_at,
        lead(occurred_at) over (
            partition by lead_id
            order by transition_number asc nulls last
        ) as left_at
    from transitions

),

-- Every month from the first transition to today's: a month in which nobody moved has a standing too.
month_ends as (

    select
        month_start_date as period_start,
        ends_at
    from months

),

snapshot_counts as (

    select
        month_ends.period_start,
        'snapshot' as measure,
        dimension_values.dimension,
        dimension_values.dimension_value,
        stays.stage,
        count(*) as lead_count,
        cast(null as bigint) as reached_next_count
    from month_ends
    inner join stays
        on
            stays.entered_at < month_ends.ends_at
            and (stays.left_at is null or stays.left_at >= month_ends.ends_at)
    inner join dimension_values
        on stays.lead_id = dimension_values.lead_id
    group by all

),

unioned as (

    select * from cohort
    union all
    select * from snapshot_counts

),

final as (

    select
        unioned.period_start,
        'month' as period_type,
        unioned.measure,
        unioned.dimension,
        unioned.dimension_value,
        unioned.stage,
        cast(coalesce(stages.stage_order, 7) as integer) as stage_order,
        unioned.lead_count,
        unioned.reached_next_count,
        case
            when stages.next_stage is not null
                then cast(unioned.reached_next_count as double) / nullif(unioned.lead_count, 0)
        end as conversion_rate,
        case when unioned.measure = 'cohort' then stages.points_at end as drop_points_at
    from unioned
    left join stages
        on unioned.stage = stages.stage

)

select * from final
