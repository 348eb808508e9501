-- Subjects are split into one column each before any join: an outer join with a condition on its left side alone is no
-- hash join, and takes the square of the time.
with

measured_clocks as (

    select * from {{ ref('int_sla__measured_clocks') }}

),

policies as (

    select * from {{ ref('int_sla__policies') }}

),

owner_minutes as (

    select * from {{ ref('int_sla__owner_minutes') }}

),

owner_spans as (

    select * from {{ ref('int_sla__owner_spans') }}

),

deleted_leads as (

    select lead_id from {{ ref('int_people__leads') }}
    where is_deleted

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

deleted_accounts as (

    select account_id from {{ ref('int_accounts__accounts') }}
    where is_deleted

),

users as (

    select * from {{ ref('int_users__unified') }}

),

rejections as (

    select * from {{ ref('int_sla__rejections') }}

),

clocks as (

    select
        measured_clocks.*,
        policies.label,
        policies.owed_by,
        policies.starts_on,
        policies.stops_on,
        policies.warn_share,
        policies.on_breach,
        policies.void_on,
        case when measured_clocks.subject_type = 'lead' then measured_clocks.subject_id end as clock_lead_id,
        case when measured_clocks.subject_type = 'account' then measured_clocks.subject_id end as clock_account_id
    from measured_clocks
    inner join policies
        on
            measured_clocks.commitment_id = policies.commitment_id
            and measured_clocks.policy_version = policies.version

),

duplicates as (

    select distinct lead_id, cycle_number
    from rejections
    where reason_code = 'duplicate'

),

-- A merge joins the clocks of both records under one lead; what is left of a merged-away record is a deleted one.
voided as (

    select
        clocks.*,
        {{ epoch_us('clocks.measured_until') }} - {{ epoch_us('clocks.started_at') }} as elapsed_us,
        case
            when
                coalesce(deleted_leads.lead_id, deleted_accounts.account_id) is not null
                and '|' || clocks.void_on || '|' like '%|deleted|%'
                then 'deleted'
            when
                duplicates.lead_id is not null
                and '|' || clocks.void_on || '|' like '%|duplicate|%'
                then 'duplicate'
        end as void_reason
    from clocks
    left join deleted_leads
        on clocks.clock_lead_id = deleted_leads.lead_id
    left join deleted_accounts
        on clocks.clock_account_id = deleted_accounts.account_id
    left join duplicates
        on
            clocks.clock_lead_id = duplicates.lead_id
            and clocks.cycle_number = duplicates.cycle_number

),

judged as (

    select
        *,
        case
            when void_reason is not null then 'void'
            when stopped_at <= due_at then 'met'
            when stopped_at > due_at then 'breached'
            when stopped_at is not null then 'met'
            when due_at < {{ as_of() }} then 'breached'
            when
                case when clock = 'elapsed' then elapsed_us else business_us end
                >= warn_share * limit_us
                then 'at_risk'
            else 'running'
        end as status
    from voided

),

-- Who answers: the owner when a breached clock was due, when a met one stopped, and now while it runs.
answerable as (

    select
        *,
        case when status = 'breached' then due_at else measured_until end as answered_at
    from judged

),

final as (

    select
        answerable.clock_id,
        answerable.commitment_id,
        answerable.label as commitment_label,
        answerable.owed_by,
        answerable.subject_type,
        answerable.subject_id,
        case when answerable.subject_type = 'lead' then answerable.subject_id end as lead_id,
        case
            when answerable.subject_type = 'account' then answerable.subject_id
            when answerable.subject_type = 'lead' then lead_accounts.account_id
        end as account_id,
        case
            when answerable.subject_type = 'campaign' then answerable.subject_id
        end as campaign_id,
        answerable.owner_id,
        users.team,
        owner_spans.owner_id as answerable_owner_id,
        answerable.cycle_number,
        answerable.policy_version,
        answerable.starts_on,
        answerable.stops_on,
        answerable.clock,
        answerable.limit_us / cast(60000000 as double) as limit_minutes,
        answerable.calendar_id,
        answerable.started_at,
        answerable.due_at,
        answerable.stopped_at,
        answerable.status,
        answerable.void_reason,
        answerable.elapsed_us / cast(60000000 as double) as elapsed_minutes,
        answerable.business_minutes,
        -- Nobody's time waits like a queue's, so that the two always add up to the elapsed minutes.
        (answerable.elapsed_us - coalesce(owner_minutes.rep_us, 0))
        / cast(60000000 as double) as queue_minutes,
        coalesce(owner_minutes.rep_us, 0)
        / cast(60000000 as double) as rep_minutes,
        (answerable.business_us - coalesce(owner_minutes.rep_business_us, 0))
        / cast(60000000 as double) as queue_business_minutes,
        coalesce(owner_minutes.rep_business_us, 0)
        / cast(60000000 as double) as rep_business_minutes,
        case
            when answerable.clock = 'elapsed' then answerable.elapsed_us
            else answerable.business_us
        end / nullif(cast(answerable.limit_us as double), 0) as used_share,
        answerable.warn_share,
        answerable.on_breach
    from answerable
    left join owner_minutes
        on answerable.clock_id = owner_minutes.clock_id
    left join owner_spans
        on
            answerable.subject_type = owner_spans.subject_type
            and answerable.subject_id = owner_spans.subject_id
            and answerable.answered_at >= owner_spans.valid_from
            and {{ epoch_us('answerable.answered_at') }} < {{ end_us('owner_spans.valid_to') }}
    left join users
        on answerable.owner_id = users.user_id
    left join lead_accounts
        on answerable.clock_lead_id = lead_accounts.lead_id

)

select * from final
