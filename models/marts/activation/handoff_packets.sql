-- What a rep gets with a lead at the hand-off, as it stood then.
with

handoffs as (

    select * from {{ ref('int_sla__handoffs') }}
    where not is_inferred

),

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

leads as (

    select * from {{ ref('dim_leads') }}

),

people as (

    select * from {{ ref('int_people__leads') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

scores as (

    select * from {{ ref('fct_lead_scores') }}

),

engagements as (

    select * from {{ ref('fct_engagements') }}
    where not is_bot

),

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

angles as (

    select * from {{ ref('conversation_angles') }}

),

before_handoff as (

    select
        handoffs.handoff_id,
        engagements.engagement_id,
        engagements.engagement_type,
        engagements.occurred_at,
        engagements.asset,
        engagements.campaign_id,
        engagements.source_record_key,
        engagements.is_intent or engagements.is_hand_raiser as is_signal,
        campaigns.campaign_name,
        angles.angle,
        row_number() over (
            partition by handoffs.handoff_id
            order by engagements.occurred_at desc nulls last, engagements.engagement_id asc nulls last
        ) as recency,
        -- The strongest thing that they did speaks first; of two alike the newest.
        row_number() over (
            partition by handoffs.handoff_id
            order by
                angles.priority asc nulls last,
                engagements.occurred_at desc nulls last,
                engagements.engagement_id asc nulls last
        ) as strength
    from handoffs
    inner join engagements
        on
            handoffs.lead_id = engagements.lead_id
            and handoffs.handed_off_at >= engagements.occurred_at
            and engagements.direction = 'inbound'
    left join campaigns
        on engagements.campaign_id = campaigns.campaign_id
    left join angles
        on engagements.engagement_type = angles.engagement_type

),

described as (

    select
        *,
        {{ timestamp_text('occurred_at') }}
        || ' ' || engagement_type
        || coalesce(': ' || asset, '')
        || case
            when (campaign_name is distinct from asset) then coalesce(' (' || campaign_name || ')', '')
            else ''
        end as line
    from before_handoff

),

histories as (

    select
        handoff_id,
        count(*) as engagement_count,
        max(occurred_at) as last_engaged_at,
        -- A person reads the newest dozen; the rest is in fct_engagements.
        {{ ordered_text('case when recency <= 12 then line end', 'recency', "' | '") }} as history,
        {{ ordered_text('case when is_signal and recency <= 50 then line end', 'recency', "' | '") }}
            as signals,
        max(case when strength = 1 then angle || coalesce(' (' || asset || ')', '') end)
            as suggested_angle
    from described
    group by handoff_id

),

packets as (

    select
        handoffs.handoff_id,
        handoffs.lead_id,
        leads.account_id,
        handoffs.cycle_number,
        handoffs.ready_at,
        handoffs.handed_off_at,
        handoffs.owner_id,
        people.email,
        people.full_name,
        people.title,
        coalesce(accounts.account_name, people.company_name) as company_name,
        coalesce(leads.lead_source, leads.first_touch_channel) as lead_source,
        scores.score,
        scores.firmographic_score,
        scores.engagement_score,
        scores.intent_score,
        accounts.account_score,
        transitions.trigger as qualified_by,
        transitions.evidence as qualifying_evidence,
        transitions.definition_version,
        coalesce(histories.engagement_count, 0) as engagement_count,
        histories.last_engaged_at,
        histories.history,
        coalesce(histories.signals, transitions.trigger) as triggering_signals,
        histories.suggested_angle
    from handoffs
    left join transitions
        on handoffs.transition_id = transitions.transition_id
    left join people
        on handoffs.lead_id = people.lead_id
    left join leads
        on handoffs.lead_id = leads.lead_id
    left join accounts
        on leads.account_id = accounts.account_id
    left join scores
        on
            handoffs.lead_id = scores.lead_id
            and handoffs.handed_off_at >= scores.valid_from
            and {{ epoch_us('handoffs.handed_off_at') }} < {{ end_us('scores.valid_to') }}
    left join histories
        on handoffs.handoff_id = histories.handoff_id

),

checked as (

    select
        *,
        nullif(
            trim(
                case when email is null then 'email ' else '' end
                || case when full_name is null then 'full_name ' else '' end
                || case when company_name is null then 'company_name ' else '' end
                || case when lead_source is null then 'lead_source ' else '' end
                || case when score is null then 'score ' else '' end
                || case when history is null then 'history ' else '' end
                || case when triggering_signals is null then 'triggering_signals ' else '' end
            ),
            ''
        ) as missing
    from packets

),

handoff_packets as (

    select
        handoff_id,
        lead_id,
        account_id,
        cycle_number,
        ready_at,
        handed_off_at,
        owner_id,
        email,
        full_name,
        title,
        company_name,
        lead_source,
        score,
        firmographic_score,
        engagement_score,
        intent_score,
        account_score,
        qualified_by,
        qualifying_evidence,
        definition_version,
        engagement_count,
        last_engaged_at,
        history,
        triggering_signals,
        suggested_angle,
        missing is null as is_complete,
        missing
    from checked

)

select * from handoff_packets
