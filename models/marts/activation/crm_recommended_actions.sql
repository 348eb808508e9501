-- What the CRM should do about promises that were broken and still are. Nothing of it is a fact until the CRM says so.
with

breaches as (

    select * from {{ ref('fct_sla_breaches') }}
    where is_open

),

leads as (

    select * from {{ ref('dim_leads') }}

),

packets as (

    select * from {{ ref('handoff_packets') }}

),

decided as (

    select
        {{ key(['breaches.clock_id', 'breaches.consequence']) }} as action_id,
        breaches.clock_id,
        breaches.commitment_id,
        breaches.subject_type,
        breaches.lead_id,
        breaches.account_id,
        breaches.campaign_id,
        breaches.cycle_number,
        breaches.consequence,
        case
            when breaches.consequence like 'recycle%' then 'recycle'
            when breaches.consequence like 'return%' then 'return_with_context'
            when breaches.consequence like '%flag%' then 'flag'
            else 'alert'
        end as action,
        breaches.breached_at,
        breaches.answerable_owner_id,
        breaches.manager_id,
        breaches.commitment_label || ': due ' || {{ timestamp_text('breached_at') }}
        || ' UTC and not done.' as reason,
        case
            when breaches.consequence like '%context%' or breaches.consequence like 'recycle%'
                then
                    'Score ' || coalesce(
                        cast(cast(round(leads.lead_score) as integer) as {{ api_type('string') }}),
                        'unknown'
                    )
                    || coalesce('. Before the hand-off: ' || packets.history, '')
        end as context
    from breaches
    left join leads
        on breaches.lead_id = leads.lead_id
    left join packets
        on
            breaches.lead_id = packets.lead_id
            and breaches.cycle_number = packets.cycle_number

),

-- A lead that has moved on is not taken back: recycling only concerns the cycle that it is in.
actions as (

    select
        decided.action_id,
        decided.clock_id,
        decided.commitment_id,
        decided.subject_type,
        decided.lead_id,
        decided.account_id,
        decided.campaign_id,
        decided.cycle_number,
        decided.action,
        decided.consequence,
        decided.breached_at,
        decided.answerable_owner_id,
        decided.manager_id,
        decided.reason,
        decided.context
    from decided
    left join leads
        on decided.lead_id = leads.lead_id
    where
        decided.subject_type <> 'lead'
        or decided.action in ('flag', 'alert')
        or (
            decided.cycle_number = leads.cycle_number
            and leads.lifecycle_stage in ('mql', 'sal', 'sqo')
        )

)

select * from actions
