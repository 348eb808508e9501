-- Who should take what waits for an owner. First the account's own owner; else the reps of its territory, in turn, the
-- one with the best measured win rate and speed first, as long as they have room. Whoever raised a hand goes first and
-- straight to a person. The same inputs give the same answer.
with

leads as (

    select * from {{ ref('dim_leads') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

handoffs as (

    select * from {{ ref('int_sla__handoffs') }}

),

owner_spans as (

    select * from {{ ref('int_lifecycle__owner_spans') }}

),

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where
        owed_by = 'sales'
        and stopped_at is null
        and status <> 'void'

),

reps as (

    select * from {{ ref('int_routing__reps') }}

),

territories as (

    select * from {{ ref('territories') }}

),

user_references as (

    select * from {{ ref('int_users__references') }}

),

numbers as (

    select row_number() over (order by local_date asc nulls last) as slot_number
    from {{ source('reference', 'local_days') }}
    where time_zone = {{ setting('reporting_time_zone') }}

),

open_clocks as (

    select
        subject_type,
        subject_id,
        min(due_at) as respond_by,
        max(case when starts_on = 'hand_raise' then 1 else 0 end) = 1 as is_hand_raiser
    from clocks
    group by subject_type, subject_id

),

current_owners as (

    select lead_id, owner_id, is_queue
    from owner_spans
    where valid_to is null

),

waiting as (

    select
        'lead' as subject_type,
        leads.lead_id as subject_id,
        leads.lead_id,
        leads.account_id,
        coalesce(leads.country_code, accounts.country_code) as country_code,
        accounts.employee_count,
        accounts.owner_id as account_owner_id,
        current_owners.owner_id as current_owner_id,
        leads.lead_score as score,
        open_clocks.respond_by,
        coalesce(open_clocks.is_hand_raiser, false) as is_hand_raiser
    from leads
    left join accounts
        on leads.account_id = accounts.account_id
    left join handoffs
        on
            leads.lead_id = handoffs.lead_id
            and leads.cycle_number = handoffs.cycle_number
    left join current_owners
        on leads.lead_id = current_owners.lead_id
    left join open_clocks
        on
            leads.lead_id = open_clocks.subject_id
            and open_clocks.subject_type = 'lead'
    where
        handoffs.lead_id is null
        and coalesce(current_owners.is_queue, true)
        and (
            leads.lifecycle_stage = {{ setting('handoff_stage') }}
            or coalesce(open_clocks.is_hand_raiser, false)
        )

    union all

    select
        'account' as subject_type,
        accounts.account_id as subject_id,
        cast(null as {{ api_type('string') }}) as lead_id,
        accounts.account_id,
        accounts.country_code,
        accounts.employee_count,
        accounts.owner_id as account_owner_id,
        accounts.owner_id as current_owner_id,
        accounts.account_score as score,
        open_clocks.respond_by,
        false as is_hand_raiser
    from accounts
    inner join open_clocks
        on
            accounts.account_id = open_clocks.subject_id
            and open_clocks.subject_type = 'account'
    where accounts.account_stage = 'mqa'

),

matched_territories as (

    select
        waiting.subject_type,
        waiting.subject_id,
        territories.territory,
        territories.owner_refs,
        row_number() over (
            partition by waiting.subject_type, waiting.subject_id
            order by territories.priority asc nulls last, territories.territory asc nulls last
        ) as territory_rank
    from waiting
    inner join territories
        on
            (
                territories.country_codes is null
                or '|' || upper(territories.country_codes) || '|'
                    like '%|' || upper(waiting.country_code) || '|%'
            )
            and (
                territories.min_employee_count is null
                or waiting.employee_count >= territories.min_employee_count
            )
            and (
                territories.max_employee_count is null
                or waiting.employee_count <= territories.max_employee_count
            )

),

placed as (

    select
        waiting.*,
        -- Where no territory covers it, everybody who takes leads does.
        coalesce(matched_territories.territory, 'everywhere') as territory,
        coalesce(account_reps.is_available, false) as is_account_owned
    from waiting
    left join matched_territories
        on
            waiting.subject_type = matched_territories.subject_type
            and waiting.subject_id = matched_territories.subject_id
            and matched_territories.territory_rank = 1
    left join reps as account_reps
        on waiting.account_owner_id = account_reps.user_id

),

territory_references as (

    {{ explode_text('territories', ['territory'], 'owner_refs', '|') }}

),

territory_reps as (

    select distinct
        territory_references.territory,
        user_references.user_id
    from territory_references
    inner join user_references
        on {{ user_reference('territory_references.part') }} = user_references.user_ref

    union

    select
        'everywhere' as territory,
        user_id
    from reps
    where is_declared

),

account_loads as (

    select
        account_owner_id,
        count(*) as taken
    from placed
    where is_account_owned
    group by account_owner_id

),

candidates as (

    select
        territory_reps.territory,
        reps.user_id,
        reps.win_rate,
        reps.response_business_minutes,
        case
            when reps.weekly_capacity is null then 1
            when reps.room > coalesce(account_loads.taken, 0)
                then reps.room - coalesce(account_loads.taken, 0)
            else 0
        end as room
    from territory_reps
    inner join reps
        on territory_reps.user_id = reps.user_id
    left join account_loads
        on reps.user_id = account_loads.account_owner_id
    where reps.is_available

),

-- One slot per lead that a rep still has room for, dealt round by round; without any room left, one each.
slots as (

    select
        candidates.territory,
        candidates.user_id,
        candidates.room,
        row_number() over (
            partition by candidates.territory
            order by
                case when candidates.room > 0 then 0 else 1 end asc nulls last,
                numbers.slot_number asc nulls last,
                candidates.win_rate desc nulls last,
                candidates.response_business_minutes asc nulls last,
                candidates.user_id asc nulls last
        ) as slot,
        count(*) over (partition by candidates.territory) as slot_count
    from candidates
    inner join numbers
        on
            numbers.slot_number <= candidates.room
            or (candidates.room = 0 and numbers.slot_number = 1)

),

slot_counts as (

    select territory, max(slot_count) as slot_count
    from slots
    group by territory

),

ranked as (

    select
        placed.*,
        row_number() over (
            partition by placed.territory, placed.is_account_owned
            order by
                placed.is_hand_raiser desc nulls last,
                placed.respond_by asc nulls last,
                placed.score desc nulls last,
                placed.subject_id asc nulls last
        ) as place
    from placed

),

routed as (

    select
        ranked.subject_type,
        ranked.subject_id,
        ranked.lead_id,
        ranked.account_id,
        ranked.territory,
        ranked.current_owner_id,
        ranked.is_hand_raiser,
        ranked.is_account_owned,
        ranked.score,
        ranked.respond_by,
        case when ranked.is_account_owned then ranked.account_owner_id else slots.user_id end
            as owner_id,
        not ranked.is_account_owned and coalesce(slots.room, 0) = 0
        or not ranked.is_account_owned and ranked.place > slot_counts.slot_count
            as is_over_capacity
    from ranked
    left join slot_counts
        on ranked.territory = slot_counts.territory
    left join slots
        on
            case when not ranked.is_account_owned then ranked.territory end = slots.territory
            and slots.slot = mod(ranked.place - 1, slot_counts.slot_count) + 1

),

explained as (

    select
        {{ key(['routed.subject_type', 'routed.subject_id']) }} as routing_id,
        routed.subject_type,
        routed.lead_id,
        routed.account_id,
        routed.owner_id,
        reps.full_name as owner_name,
        routed.current_owner_id,
        routed.territory,
        routed.is_hand_raiser,
        routed.score,
        routed.respond_by,
        routed.is_over_capacity and routed.owner_id is not null as is_over_capacity,
        case
            when routed.owner_id is null then 'nobody'
            when routed.is_account_owned then 'account_owner'
            when routed.territory = 'everywhere' then 'capacity'
            else 'territory'
        end as routed_by,
        case when routed.is_hand_raiser then 'Raised a hand: straight to a person. ' else '' end
        || case
            when routed.owner_id is null
                then 'Nobody who is available covers it: add a territory or a rep''s capacity.'
            when routed.is_account_owned then 'Owns the account.'
            when routed.territory = 'everywhere' then 'No territory covers it; next in turn.'
            else 'Next in turn in territory ' || routed.territory || '.'
        end
        || case
            when routed.owner_id is null or routed.is_account_owned then ''
            else
                case
                    when reps.win_rate is null then ' No win rate yet'
                    else
                        ' Win rate '
                        || cast(cast(round(reps.win_rate * 100) as integer) as {{ api_type('string') }})
                        || ' %'
                end
                || case
                    when reps.response_business_minutes is null then ', no response time yet.'
                    else
                        ', answers in '
                        || cast(
                            cast(round(reps.response_business_minutes) as integer)
                            as {{ api_type('string') }}
                        )
                        || ' business minutes.'
                end
        end
        || case
            when routed.owner_id is null or reps.weekly_capacity is null then ''
            else
                ' ' || cast(reps.handed_off as {{ api_type('string') }})
                || ' of ' || cast(reps.weekly_capacity as {{ api_type('string') }})
                || ' this week.'
        end
        || case
            when routed.is_over_capacity and routed.owner_id is not null then ' Over capacity.'
            else ''
        end as reason
    from routed
    left join reps
        on routed.owner_id = reps.user_id

)

select * from explained
