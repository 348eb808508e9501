-- What somebody should hear about now. An alert has the same id on every build, so that a channel sends it once.
with

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where status <> 'void'

),

breaches as (

    select * from {{ ref('fct_sla_breaches') }}

),

leads as (

    select * from {{ ref('dim_leads') }}

),

people as (

    select lead_id, full_name, email, company_name
    from {{ ref('int_people__leads') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

account_transitions as (

    select * from {{ ref('fct_account_stage_transitions') }}

),

engagements as (

    select
        engagement_id,
        lead_id,
        account_id,
        occurred_at,
        loaded_at,
        is_bot,
        is_human,
        is_hand_raiser,
        direction
    from {{ ref('fct_engagements') }}

),

owner_spans as (

    select
        lead_id,
        owner_id
    from {{ ref('int_lifecycle__owner_spans') }}
    where valid_to is null

),

records as (

    select loaded_at
    from {{ ref('int_people__records') }}

),

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

source_freshness as (

    select * from {{ ref('rpt_source_freshness') }}

),

users as (

    select * from {{ ref('int_users__unified') }}

),

-- What is older than this is too old to alert from: data, and news.
limits as (

    select
        {{ epoch_us(as_of()) }} as now_us,
        cast({{ setting('data_stale_hours', 'double') }} * 3600000000 as bigint) as stale_us,
        cast({{ setting('account_quiet_days', 'double') }} * 86400000000 as bigint) as quiet_us

),

freshness as (

    select max(loaded_at) as data_loaded_at
    from (
        select max(loaded_at) as loaded_at from records

        union all

        select max(loaded_at) as loaded_at from engagements
    ) as loads

),

-- What the organisation uploads by hand comes when it comes; the systems that record acts should always have some.
silent as (

    select {{ ordered_text('source_system', 'source_system', "', '") }} as stale_sources
    from (
        select distinct source_system
        from source_freshness
        where is_source_stale and source_system <> 'files'
    ) as silent_sources

),

at_risk as (

    select
        'at_risk' as kind,
        'warning' as severity,
        clocks.clock_id as happening,
        clocks.subject_type,
        clocks.subject_id,
        clocks.clock_id,
        clocks.commitment_id,
        clocks.commitment_label as what,
        clocks.answerable_owner_id as owner_id,
        clocks.started_at as happened_at,
        clocks.due_at
    from clocks
    where clocks.status = 'at_risk'

),

-- Open breaches, and those that were closed too late a moment ago.
breached as (

    select
        'breached' as kind,
        'critical' as severity,
        breaches.clock_id as happening,
        breaches.subject_type,
        breaches.subject_id,
        breaches.clock_id,
        breaches.commitment_id,
        breaches.commitment_label as what,
        breaches.answerable_owner_id as owner_id,
        breaches.breached_at as happened_at,
        breaches.breached_at as due_at
    from breaches
    cross join limits
    where
        breaches.is_open
        or {{ epoch_us('breaches.breached_at') }} > limits.now_us - limits.stale_us

),

human_touches as (

    select
        lead_id,
        max(occurred_at) as last_touched_at
    from engagements
    where is_human and direction = 'sales' and not is_bot
    group by lead_id

),

-- The newest raised hand of each lead that no person answered. A second one in a cycle starts no clock, and still
-- somebody asked.
raised_hands as (

    select
        engagements.engagement_id,
        engagements.lead_id,
        engagements.occurred_at,
        row_number() over (
            partition by engagements.lead_id
            order by engagements.occurred_at desc nulls last, engagements.engagement_id asc nulls last
        ) as recency
    from engagements
    inner join leads
        on engagements.lead_id = leads.lead_id
    cross join limits
    left join human_touches
        on engagements.lead_id = human_touches.lead_id
    where
        engagements.is_hand_raiser
        and not engagements.is_bot
        and {{ epoch_us('engagements.occurred_at') }} > limits.now_us - limits.stale_us
        and (
            human_touches.last_touched_at is null
            or human_touches.last_touched_at < engagements.occurred_at
        )

),

-- Of several promises that a raised hand starts the one that is due first is named.
hand_raise_clocks as (

    select
        lead_id,
        started_at,
        clock_id,
        commitment_id,
        answerable_owner_id,
        due_at,
        row_number() over (
            partition by lead_id, started_at order by due_at asc nulls last, clock_id asc nulls last
        ) as due_rank
    from clocks
    where starts_on = 'hand_raise' and lead_id is not null

),

hand_raised as (

    select
        'hand_raiser' as kind,
        'urgent' as severity,
        raised_hands.engagement_id as happening,
        'lead' as subject_type,
        raised_hands.lead_id as subject_id,
        hand_raise_clocks.clock_id,
        hand_raise_clocks.commitment_id,
        'Asked to talk to sales' as what,
        coalesce(owner_spans.owner_id, hand_raise_clocks.answerable_owner_id) as owner_id,
        raised_hands.occurred_at as happened_at,
        hand_raise_clocks.due_at
    from raised_hands
    left join hand_raise_clocks
        on
            raised_hands.lead_id = hand_raise_clocks.lead_id
            and raised_hands.occurred_at = hand_raise_clocks.started_at
            and hand_raise_clocks.due_rank = 1
    left join owner_spans
        on raised_hands.lead_id = owner_spans.lead_id
    where raised_hands.recency = 1

),

qualified_accounts as (

    select
        'mqa' as kind,
        'urgent' as severity,
        account_transitions.transition_id as happening,
        'account' as subject_type,
        account_transitions.account_id as subject_id,
        cast(null as {{ api_type('string') }}) as clock_id,
        cast(null as {{ api_type('string') }}) as commitment_id,
        'Account qualified' as what,
        accounts.owner_id,
        account_transitions.occurred_at as happened_at,
        cast(null as timestamp) as due_at
    from account_transitions
    inner join accounts
        on account_transitions.account_id = accounts.account_id
    cross join limits
    where
        account_transitions.to_stage = 'mqa'
        and not account_transitions.is_inferred
        and {{ epoch_us('account_transitions.occurred_at') }} > limits.now_us - limits.stale_us

),

last_engagements as (

    select
        account_id,
        max(occurred_at) as last_engaged_at
    from engagements
    where account_id is not null and not is_bot and direction = 'inbound'
    group by account_id

),

gone_quiet as (

    select
        'gone_quiet' as kind,
        'info' as severity,
        last_engagements.account_id || '|'
        || cast({{ epoch_us('last_engagements.last_engaged_at') }} as {{ api_type('string') }})
            as happening,
        'account' as subject_type,
        last_engagements.account_id as subject_id,
        cast(null as {{ api_type('string') }}) as clock_id,
        cast(null as {{ api_type('string') }}) as commitment_id,
        'Gone quiet' as what,
        accounts.owner_id,
        {{ from_epoch_us(
            epoch_us('last_engagements.last_engaged_at') ~ ' + limits.quiet_us'
        ) }} as happened_at,
        cast(null as timestamp) as due_at
    from last_engagements
    inner join accounts
        on last_engagements.account_id = accounts.account_id
    cross join limits
    where
        accounts.account_stage in ('engaged', 'mqa', 'saa', 'opportunity')
        and {{ epoch_us('last_engagements.last_engaged_at') }} + limits.quiet_us <= limits.now_us
        and {{ epoch_us('last_engagements.last_engaged_at') }} + limits.quiet_us
        > limits.now_us - limits.stale_us

),

happenings as (

    {% for kind in ['at_risk', 'breached', 'hand_raised', 'qualified_accounts', 'gone_quiet'] %}
    select * from {{ kind }}
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

subjects as (

    select
        *,
        case when subject_type = 'lead' then subject_id end as lead_id,
        case when subject_type = 'account' then subject_id end as account_id,
        case when subject_type = 'campaign' then subject_id end as campaign_id
    from happenings

),

addressed as (

    select
        {{ key(['subjects.kind', 'subjects.happening']) }} as alert_id,
        subjects.kind,
        subjects.severity,
        subjects.subject_type,
        subjects.lead_id,
        coalesce(subjects.account_id, leads.account_id) as account_id,
        subjects.clock_id,
        subjects.commitment_id,
        subjects.what as headline,
        coalesce(people.full_name, people.email, accounts.account_name, campaigns.campaign_name)
            as subject_name,
        coalesce(lead_companies.account_name, people.company_name) as company_name,
        subjects.owner_id,
        users.full_name as owner_name,
        users.email as owner_email,
        users.manager_id,
        -- On a breach the manager hears of it too.
        case when subjects.kind = 'breached' then managers.full_name end as escalate_to_name,
        case when subjects.kind = 'breached' then managers.email end as escalate_to_email,
        subjects.happened_at,
        subjects.due_at,
        {{ as_of() }} as as_of,
        freshness.data_loaded_at,
        silent.stale_sources,
        coalesce(
            {{ epoch_us('freshness.data_loaded_at') }} >= limits.now_us - limits.stale_us, false
        ) as is_data_fresh
    from subjects
    cross join freshness
    cross join silent
    cross join limits
    left join people
        on subjects.lead_id = people.lead_id
    left join leads
        on subjects.lead_id = leads.lead_id
    left join accounts as lead_companies
        on leads.account_id = lead_companies.account_id
    left join accounts
        on subjects.account_id = accounts.account_id
    left join campaigns
        on subjects.campaign_id = campaigns.campaign_id
    left join users
        on subjects.owner_id = users.user_id
    left join users as managers
        on users.manager_id = managers.user_id

)

select * from addressed
