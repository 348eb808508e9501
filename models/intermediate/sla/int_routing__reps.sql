-- Who can take leads, what each still has room for this week, and how well and fast each did so far.
with

rep_capacity as (

    select * from {{ ref('rep_capacity') }}

),

users as (

    select * from {{ ref('int_users__unified') }}

),

user_references as (

    select * from {{ ref('int_users__references') }}

),

handoffs as (

    select * from {{ ref('int_sla__handoffs') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

clocks as (

    select * from {{ ref('fct_sla_clocks') }}

),

declared as (

    select
        user_references.user_id,
        max(rep_capacity.weekly_capacity) as weekly_capacity,
        min(case when coalesce(rep_capacity.is_available, true) then 1 else 0 end) = 1
            as is_available
    from rep_capacity
    inner join user_references
        on {{ user_reference('rep_capacity.user_ref') }} = user_references.user_ref
    group by user_references.user_id

),

-- A week of load: what reached a rep in the seven days before as_of.
loads as (

    select
        owner_id,
        count(*) as handed_off
    from handoffs
    where {{ epoch_us('handed_off_at') }} > {{ epoch_us(as_of()) }} - 7 * 86400000000
    group by owner_id

),

win_rates as (

    select
        owner_id,
        count(*) as closed_opportunities,
        cast(count(case when is_won then 1 end) as double) / count(*) as win_rate
    from opportunities
    where not is_open and owner_id is not null
    group by owner_id

),

speeds as (

    select
        answerable_owner_id as owner_id,
        median(business_minutes) as response_business_minutes
    from clocks
    where
        stops_on = 'first_human_touch'
        and stopped_at is not null
        and status in ('met', 'breached')
    group by answerable_owner_id

),

reps as (

    select
        users.user_id,
        users.full_name,
        declared.user_id is not null as is_declared,
        users.is_active
        and not users.is_queue
        and coalesce(declared.is_available, true) as is_available,
        declared.weekly_capacity,
        coalesce(loads.handed_off, 0) as handed_off,
        case
            when declared.weekly_capacity > coalesce(loads.handed_off, 0)
                then declared.weekly_capacity - coalesce(loads.handed_off, 0)
            else 0
        end as room,
        win_rates.win_rate,
        win_rates.closed_opportunities,
        speeds.response_business_minutes
    from users
    left join declared
        on users.user_id = declared.user_id
    left join loads
        on users.user_id = loads.owner_id
    left join win_rates
        on users.user_id = win_rates.owner_id
    left join speeds
        on users.user_id = speeds.owner_id
    where not users.is_queue

)

select * from reps
