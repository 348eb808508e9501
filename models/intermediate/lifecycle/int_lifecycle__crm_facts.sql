with

statuses as (

    select * from {{ ref('int_lifecycle__field_values') }}
    where field <> 'rejection_reason'

),

reasons as (

    select * from {{ ref('int_lifecycle__field_spans') }}
    where field = 'rejection_reason'

),

status_mappings as (

    select * from {{ ref('status_mappings') }}

),

lead_records as (

    {{ leads_of_keys() }}

),

engagements as (

    select * from {{ ref('fct_engagements') }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}

),

meetings as (

    select * from {{ ref('stg_hubspot__engagement_meetings') }}

),

engagement_contacts as (

    select * from {{ ref('stg_hubspot__engagement_contacts') }}

),

hubspot_engagements as (

    select * from {{ ref('stg_hubspot__engagements') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

turns as (

    select * from {{ ref('int_opportunities__turns') }}

),

linked_opportunities as (

    select
        opportunity_leads.lead_id,
        opportunity_leads.linked_at,
        opportunity_leads.source_record_key as link_record_key,
        opportunity_leads.loaded_at as link_loaded_at,
        opportunities.opportunity_id,
        opportunities.owner_id,
        opportunities.is_open,
        opportunities.is_won,
        opportunities.closed_at,
        opportunities.loss_reason,
        greatest(opportunities.loaded_at, opportunity_leads.loaded_at) as loaded_at
    from opportunity_leads
    inner join opportunities on opportunity_leads.opportunity_id = opportunities.opportunity_id

),

status_facts as (

    select
        statuses.record_key,
        status_mappings.crm_fact,
        statuses.valid_from as occurred_at,
        statuses.change_number,
        reasons.raw_value as raw_reason,
        statuses.actor_id,
        statuses.source_record_key,
        statuses.is_inferred,
        statuses.loaded_at as known_at
    from statuses
    inner join status_mappings
        on
            statuses.source_system = status_mappings.source_system
            and statuses.source_object = status_mappings.source_object
            and statuses.field = status_mappings.field
            and lower(statuses.raw_value) = lower(trim(status_mappings.raw_value))
    -- The reason that stood when a lead was rejected: both are often saved at once.
    left join reasons
        on
            -- One expression, because a condition on one side alone makes an outer join quadratic.
            case when status_mappings.crm_fact = 'rejected' then statuses.record_key end = reasons.record_key
            and reasons.valid_from <= statuses.valid_from
            and {{ end_us('reasons.valid_to') }} > {{ epoch_us('statuses.valid_from') }}
    where status_mappings.crm_fact is not null

),

-- A meeting put in the calendar before it starts is a dated next step with the buyer, held later or not.
booked_meetings as (

    select
        {{ salesforce_person_key('salesforce_who_id') }} as record_key,
        created_at as occurred_at,
        {{ salesforce_owner_key('owner_id') }} as actor_id,
        'salesforce:event:' || salesforce_event_id as source_record_key,
        first_loaded_at as known_at
    from events
    where
        not is_deleted
        and not coalesce(is_child, false)
        and created_at < coalesce(started_at, activity_at)
    union all
    select
        'hubspot:contact:' || trim(engagement_contacts.hubspot_contact_id),
        coalesce(meetings.created_at, hubspot_engagements.created_at),
        'hubspot:owner:' || coalesce({{ text('meetings.owner_id') }}, {{ text('hubspot_engagements.owner_id') }}),
        'hubspot:engagement:' || meetings.hubspot_engagement_id,
        meetings.first_loaded_at
    from meetings
    inner join engagement_contacts
        on meetings.hubspot_engagement_id = engagement_contacts.hubspot_engagement_id
    left join hubspot_engagements
        on meetings.hubspot_engagement_id = hubspot_engagements.hubspot_engagement_id
    where
        not meetings.is_deleted
        and not engagement_contacts.is_deleted
        and not coalesce(hubspot_engagements.is_deleted, false)
        and coalesce(meetings.created_at, hubspot_engagements.created_at)
        < coalesce(meetings.started_at, meetings.occurred_at)

),

lead_facts as (

    select
        lead_records.lead_id,
        status_facts.crm_fact,
        status_facts.occurred_at,
        1 as fact_rank,
        status_facts.change_number,
        cast(null as {{ api_type('string') }}) as opportunity_id,
        status_facts.raw_reason,
        status_facts.actor_id,
        status_facts.source_record_key,
        status_facts.is_inferred,
        status_facts.known_at
    from status_facts
    inner join lead_records on status_facts.record_key = lead_records.record_key
    union all
    select
        lead_records.lead_id,
        'next_step_dated',
        booked_meetings.occurred_at,
        2,
        0,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        booked_meetings.actor_id,
        booked_meetings.source_record_key,
        false,
        booked_meetings.known_at
    from booked_meetings
    inner join lead_records on booked_meetings.record_key = lead_records.record_key
    union all
    select
        lead_id,
        'meeting_held',
        occurred_at,
        2,
        0,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        owner_id,
        source_record_key,
        false,
        loaded_at
    from engagements
    where engagement_type = 'sales_meeting' and lead_id is not null and not is_bot
    union all
    select
        lead_id,
        'opportunity_created',
        linked_at,
        3,
        0,
        opportunity_id,
        cast(null as {{ api_type('string') }}),
        owner_id,
        link_record_key,
        false,
        link_loaded_at
    from linked_opportunities
    union all
    -- Who joins a closed opportunity learns its outcome on joining.
    select
        lead_id,
        case when is_won then 'opportunity_won' else 'opportunity_lost' end,
        greatest(closed_at, linked_at),
        4,
        0,
        opportunity_id,
        loss_reason,
        owner_id,
        opportunity_id,
        false,
        loaded_at
    from linked_opportunities
    where not is_open and closed_at is not null
    union all
    -- Of what was over before the lead joined, nothing happened to the lead.
    select
        linked_opportunities.lead_id,
        turns.crm_fact,
        greatest(turns.changed_at, linked_opportunities.linked_at),
        case when turns.crm_fact = 'opportunity_created' then 3 else 4 end,
        0,
        linked_opportunities.opportunity_id,
        cast(null as {{ api_type('string') }}),
        linked_opportunities.owner_id,
        linked_opportunities.opportunity_id,
        false,
        linked_opportunities.loaded_at
    from linked_opportunities
    inner join turns on linked_opportunities.opportunity_id = turns.opportunity_id
    where turns.over_at > linked_opportunities.linked_at

),

crm_facts as (

    select
        lead_id,
        crm_fact,
        occurred_at,
        -- At one instant: what a rep set, in the order of its history, then meetings, then opportunities.
        cast(fact_rank as bigint) * 1000000000 + change_number as source_order,
        opportunity_id,
        raw_reason,
        actor_id,
        source_record_key,
        is_inferred,
        known_at
    from lead_facts
    where occurred_at <= {{ as_of() }}

)

select * from crm_facts
