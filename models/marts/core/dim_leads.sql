with

leads as (

    select * from {{ ref('int_people__leads') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

lead_records as (

    select * from {{ ref('bridge_lead_records') }}

),

person_records as (

    select * from {{ ref('int_people__records') }}

),

titles as (

    select * from {{ ref('int_lifecycle__titles') }}

),

engagements as (

    select
        engagement_id,
        lead_id,
        occurred_at,
        engagement_type,
        channel,
        campaign_id,
        source_system,
        is_touch and not is_bot as is_human_touch,
        is_hand_raiser and not is_bot as is_raised_hand
    from {{ ref('fct_engagements') }}
    where
        occurred_at <= {{ as_of() }}
        and (is_touch or is_hand_raiser or engagement_type in ('email_hard_bounced', 'email_delivered'))

),

email_verifications as (

    select * from {{ ref('stg_files__email_verifications') }}
    where verified_at is null or verified_at <= {{ as_of() }}

),

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

lead_scores as (

    select * from {{ ref('fct_lead_scores') }}
    where valid_to is null

),

latest_transitions as (

    select
        lead_id,
        max(transition_number) as transition_number,
        max(case when to_stage = 'raw' and cycle_number > 1 then 1 else 0 end) = 1 as is_recycled
    from transitions
    group by lead_id

),

standing as (

    select
        transitions.lead_id,
        transitions.to_stage,
        transitions.occurred_at,
        transitions.cycle_number,
        latest_transitions.is_recycled
    from transitions
    inner join latest_transitions
        on
            transitions.lead_id = latest_transitions.lead_id
            and transitions.transition_number = latest_transitions.transition_number

),

raised_hands as (

    select lead_id
    from engagements
    where is_raised_hand
    group by lead_id

),

first_touch_instants as (

    select
        lead_id,
        min(occurred_at) as occurred_at
    from engagements
    where is_human_touch
    group by lead_id

),

first_touch_ids as (

    select
        engagements.lead_id,
        -- Of touches at one instant the smaller key is first, as in attribution.
        min(engagements.engagement_id) as engagement_id
    from engagements
    inner join first_touch_instants
        on
            engagements.lead_id = first_touch_instants.lead_id
            and engagements.occurred_at = first_touch_instants.occurred_at
    where engagements.is_human_touch
    group by engagements.lead_id

),

first_touches as (

    select
        first_touch_ids.lead_id,
        engagements.channel,
        engagements.campaign_id
    from first_touch_ids
    inner join engagements
        on first_touch_ids.engagement_id = engagements.engagement_id

),

deliveries as (

    select
        lead_id,
        source_system,
        max(case when engagement_type = 'email_hard_bounced' then occurred_at end) as bounced_at,
        max(case when engagement_type = 'email_delivered' then occurred_at end) as delivered_at
    from engagements
    where engagement_type in ('email_hard_bounced', 'email_delivered')
    group by lead_id, source_system

),

-- What a source says of the record itself: when it bounced, or only that it did.
recorded_bounces as (

    select
        lead_records.lead_id,
        person_records.source_system,
        max(person_records.bounced_at) as bounced_at,
        max(case when person_records.is_address_refused then 1 else 0 end) = 1 as is_address_refused
    from person_records
    inner join lead_records
        on person_records.record_key = lead_records.record_key
    where person_records.bounced_at is not null or person_records.is_address_refused
    group by lead_records.lead_id, person_records.source_system

),

-- Bounced in one source after its last successful delivery there is bounced.
bounces as (

    select lead_id
    from deliveries
    where bounced_at is not null and (delivered_at is null or bounced_at > delivered_at)
    union
    select recorded_bounces.lead_id
    from recorded_bounces
    left join deliveries
        on
            recorded_bounces.lead_id = deliveries.lead_id
            and recorded_bounces.source_system = deliveries.source_system
    where
        deliveries.delivered_at is null
        or recorded_bounces.bounced_at > deliveries.delivered_at

),

ranked_verifications as (

    select
        lower(trim(email)) as email,
        lower(trim(verification_status)) as verification_status,
        -- The latest answer counts; of two at one instant the alphabet decides.
        row_number() over (
            partition by lower(trim(email))
            order by verified_at desc nulls last, lower(trim(verification_status)) asc nulls last
        ) as verification_rank
    from email_verifications

),

verifications as (

    select
        email,
        verification_status
    from ranked_verifications
    where verification_rank = 1

),

unreadable_addresses as (

    select lead_records.lead_id
    from person_records
    inner join lead_records
        on person_records.record_key = lead_records.record_key
    where person_records.raw_email is not null and person_records.email is null
    group by lead_records.lead_id

),

final as (

    select
        leads.lead_id,
        leads.email,
        leads.email_domain,
        case
            when leads.email is null and unreadable_addresses.lead_id is not null then 'invalid'
            when leads.email is null then 'missing'
            when bounces.lead_id is not null then 'hard_bounced'
            else coalesce(verifications.verification_status, 'unverified')
        end as email_status,
        leads.full_name,
        leads.title,
        titles.seniority,
        titles.buying_role,
        leads.country_code,
        lead_accounts.account_id,
        leads.owner_id,
        raised_hands.lead_id is not null as is_hand_raiser,
        coalesce(leads.is_opted_out, false) as is_opted_out,
        leads.lead_source,
        first_touches.channel as first_touch_channel,
        first_touches.campaign_id as first_touch_campaign_id,
        coalesce(lead_scores.score, 0.0) as lead_score,
        coalesce(lead_scores.firmographic_score, 0.0) as firmographic_score,
        coalesce(lead_scores.engagement_score, 0.0) as engagement_score,
        coalesce(lead_scores.intent_score, 0.0) as intent_score,
        lead_scores.valid_from as scored_at,
        -- Of whom no record tells when it was created the ledger tells nothing: raw, and since when is not known.
        coalesce(standing.to_stage, 'raw') as lifecycle_stage,
        standing.occurred_at as lifecycle_stage_entered_at,
        coalesce(standing.cycle_number, 1) as cycle_number,
        coalesce(standing.is_recycled, false) as is_recycled,
        leads.created_at
    from leads
    left join lead_accounts
        on leads.lead_id = lead_accounts.lead_id
    left join titles
        on leads.title = titles.title
    left join raised_hands
        on leads.lead_id = raised_hands.lead_id
    left join first_touches
        on leads.lead_id = first_touches.lead_id
    left join bounces
        on leads.lead_id = bounces.lead_id
    left join verifications
        on leads.email = verifications.email
    left join unreadable_addresses
        on leads.lead_id = unreadable_addresses.lead_id
    left join lead_scores
        on leads.lead_id = lead_scores.lead_id
    left join standing
        on leads.lead_id = standing.lead_id
    where not coalesce(leads.is_deleted, false)

)

select * from final
