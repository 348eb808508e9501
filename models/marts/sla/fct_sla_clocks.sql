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
answered as (

    select
        *,
        case when status = 'breached' then due_at else measured_until end as answered_at
    from judged

),

-- Most clocks are one person's from start to end, and need not be looked up again.
answerable as (

    select
        *,
        {{ epoch_us('measured_until') }} <= owned_until_us as is_owners_time,
        {{ epoch_us('answered_at') }} < owned_until_us as is_owners_answer,
        case when {{ epoch_us('answered_at') }} >= owned_until_us then subject_id end as answered_subject_id
    from answered

),

timed as (

    select
        answerable.*,
        case when is_owners_time then elapsed_us else coalesce(owner_minutes.rep_us, 0) end as rep_us,
        case
            when is_owners_time then business_us else coalesce(owner_minutes.rep_business_us, 0)
        end as rep_business_us
    from answerable
    left join owner_minutes
        on answerable.clock_id = owner_minutes.clock_id

),

final as (

    select
        timed.clock_id,
        timed.commitment_id,
        timed.label as commitment_label,
        timed.owed_by,
        timed.subject_type,
        timed.subject_id,
        case when timed.subject_type = 'lead' then timed.subject_id end as lead_id,
        case
            when timed.subject_type = 'account' then timed.subject_id
            when timed.subject_type = 'lead' then lead_accounts.account_id
        end as account_id,
        case
            when timed.subject_type = 'campaign' then timed.subject_id
        end as campaign_id,
        timed.owner_id,
        users.team,
        case
            when timed.is_owners_answer then timed.owner_id else owner_spans.owner_id
        end as answerable_owner_id,
        timed.cycle_number,
        timed.policy_version,
        timed.starts_on,
        timed.stops_on,
        timed.clock,
        timed.limit_us / cast(60000000 as double) as limit_minutes,
        timed.calendar_id,
        timed.started_at,
        timed.due_at,
        timed.stopped_at,
        timed.status,
        timed.void_reason,
        timed.elapsed_us / cast(60000000 as double) as elapsed_minutes,
        timed.business_minutes,
        -- Nobody's time waits like a queue's, so that the two always add up to the elapsed minutes.
        (timed.elapsed_us - timed.rep_us) / cast(60000000 as double) as queue_minutes,
        timed.rep_us / cast(60000000 as double) as rep_minutes,
        (timed.business_us - timed.rep_business_us) / cast(60000000 as double) as queue_business_minutes,
        timed.rep_business_us / cast(60000000 as double) as rep_business_minutes,
        case
            when timed.clock = 'elapsed' then timed.elapsed_us
            else timed.business_us
        end / nullif(cast(timed.limit_us as double), 0) as used_share,
        timed.warn_share,
        timed.on_breach
    from timed
    left join owner_spans
        on
            timed.subject_type = owner_spans.subject_type
            and timed.answered_subject_id = owner_spans.subject_id
            and timed.answered_at >= owner_spans.valid_from
            and {{ epoch_us('timed.answered_at') }} < {{ end_us('owner_spans.valid_to') }}
    left join users
        on timed.owner_id = users.user_id
    left join lead_accounts
        on timed.clock_lead_id = lead_accounts.lead_id

)

select * from final
