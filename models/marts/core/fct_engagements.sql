{# A lead's engagements are worked out anew together, when int_engagements__subjects names it. #}
{{ config(
    materialized='incremental',
    incremental_strategy='by_change',
    meta={
        'changed': 'int_engagements__subjects',
        'changed_column': 'subject_id',
        'changed_expression': 'lead_id',
        'otherwise': 'account_id'
    }
) }}
{%- set subjects = ref('int_engagements__subjects') -%}
{%- set goes_on = is_incremental() and goes_on(subjects) %}

with

activities as (

    select * from {{ ref('int_engagements__activities') }}
    {%- if goes_on %}
    where
        person_record_key in (
            select record_key
            from ({{ leads_of_keys() }}) as lead_records
            where lead_id in (select subject_id from {{ subjects }})
        )
        or (
            person_record_key is null
            and company_domain in (
                select domain
                from {{ ref('bridge_account_domains') }}
                where account_id in (select subject_id from {{ subjects }})
            )
        )
    {%- endif %}

),

-- A message's deliveries, opens and clicks may be another's too.
messages as (

    select
        source_record_key,
        engagement_type,
        email_message_number,
        link_url,
        occurred_at
    from {{ ref('int_engagements__activities') }}
    where
        engagement_type in ('email_delivered', 'email_opened', 'email_clicked')
        {% if goes_on %}and email_message_number in (select email_message_number from activities){% else -%}
        and email_message_number is not null
        {%- endif %}

),

lead_records as (

    {{ leads_of_keys() }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

account_domains as (

    select * from {{ ref('bridge_account_domains') }}

),

types as (

    select * from {{ ref('engagement_types') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

limits as (

    select
        cast({{ setting('bot_click_seconds', 'double') }} * 1000000 as bigint) as fast_us,
        cast({{ setting('bot_burst_seconds', 'double') }} * 1000000 as bigint) as burst_us,
        {{ setting('bot_distinct_links', 'bigint') }} as burst_links,
        cast({{ setting('duplicate_act_seconds', 'double') }} * 1000000 as bigint) as duplicate_us

),

-- Machines that scan mail open and click the moment a message is delivered.
deliveries as (

    select
        email_message_number,
        {{ epoch_us('occurred_at') }} as delivered_us
    from messages
    where engagement_type = 'email_delivered'

),

reactions as (

    select
        source_record_key,
        email_message_number,
        {{ epoch_us('occurred_at') }} as occurred_us
    from messages
    where engagement_type in ('email_opened', 'email_clicked')

),

fast_reactions as (

    select distinct reactions.source_record_key
    from reactions
    inner join deliveries on reactions.email_message_number = deliveries.email_message_number
    cross join limits
    where
        reactions.occurred_us >= deliveries.delivered_us
        and reactions.occurred_us - deliveries.delivered_us <= limits.fast_us

),

-- Or they follow every link of a message at once. Few messages have that many links clicked at all.
clicks as (

    select
        source_record_key,
        email_message_number,
        link_url,
        {{ epoch_us('occurred_at') }} as clicked_us
    from messages
    where engagement_type = 'email_clicked'

),

many_link_messages as (

    select clicks.email_message_number
    from clicks
    cross join limits
    group by clicks.email_message_number, limits.burst_links
    having count(distinct clicks.link_url) >= limits.burst_links

),

many_link_clicks as (

    select
        clicks.source_record_key,
        clicks.email_message_number,
        clicks.link_url,
        clicks.clicked_us
    from clicks
    inner join many_link_messages on clicks.email_message_number = many_link_messages.email_message_number

),

bursts as (

    select
        starts.email_message_number,
        starts.clicked_us as starts_us
    from many_link_clicks as starts
    cross join limits
    inner join many_link_clicks as followers
        on
            starts.email_message_number = followers.email_message_number
            and followers.clicked_us between starts.clicked_us and starts.clicked_us + limits.burst_us
    group by starts.email_message_number, starts.clicked_us, limits.burst_links
    having count(distinct followers.link_url) >= limits.burst_links

),

burst_clicks as (

    select distinct many_link_clicks.source_record_key
    from many_link_clicks
    cross join limits
    inner join bursts
        on
            many_link_clicks.email_message_number = bursts.email_message_number
            and many_link_clicks.clicked_us between bursts.starts_us and bursts.starts_us + limits.burst_us

),

machine_acts as (

    select source_record_key from fast_reactions
    union
    select source_record_key from burst_clicks

),

-- An act of somebody unknown at a known company is the company's.
attached as (

    select
        activities.source_record_key,
        activities.source_system,
        activities.person_record_key,
        activities.occurred_at,
        activities.engagement_type,
        activities.campaign_id,
        activities.asset,
        activities.owner_id,
        activities.is_source_bot,
        activities.is_human,
        activities.loaded_at,
        lead_records.lead_id,
        case
            when activities.person_record_key is null then account_domains.account_id
            else lead_accounts.account_id
        end as account_id
    from activities
    left join lead_records
        on activities.person_record_key = lead_records.record_key
    left join lead_accounts on lead_records.lead_id = lead_accounts.lead_id
    left join account_domains
        -- One expression, because a condition on one side alone makes an outer join quadratic.
        on
            case when activities.person_record_key is null then activities.company_domain end
            = account_domains.domain
            and not account_domains.is_ambiguous
            -- Who comes from a mail provider or a platform is nobody's, whatever an account has entered as its website.
            and account_domains.domain_class = 'corporate'
    where
        activities.engagement_type is not null
        and (
            lead_records.lead_id is not null
            or (activities.person_record_key is null and account_domains.account_id is not null)
        )

),

-- Two contacts of one meeting may be one lead: the meeting counts once for it.
first_participants as (

    select
        source_record_key,
        lead_id,
        min(person_record_key) as person_record_key
    from attached
    where source_record_key like 'hubspot:engagement:%'
    group by source_record_key, lead_id

),

acts as (

    select
        attached.source_record_key,
        attached.source_system,
        attached.person_record_key,
        attached.occurred_at,
        attached.engagement_type,
        attached.campaign_id,
        attached.asset,
        attached.owner_id,
        attached.is_source_bot,
        attached.is_human,
        attached.loaded_at,
        attached.lead_id,
        attached.account_id,
        case
            when first_participants.person_record_key is null then {{ key(['attached.source_record_key']) }}
            else {{ key(['attached.source_record_key', 'attached.person_record_key']) }}
        end as engagement_id,
        coalesce(attached.lead_id, attached.account_id) as subject_id
    from attached
    left join first_participants
        on
            attached.source_record_key = first_participants.source_record_key
            and attached.lead_id = first_participants.lead_id
    where
        first_participants.person_record_key is null
        or first_participants.person_record_key = attached.person_record_key

),

-- Only a subject that two systems saw doing the same kind of thing can have an act twice.
shared_subjects as (

    select
        subject_id,
        engagement_type
    from acts
    group by subject_id, engagement_type
    having min(source_system) <> max(source_system)

),

source_ranks as (

    select
        source_system,
        priority as source_rank
    from survivorship
    where entity = 'engagement' and attribute = 'source'

),

comparable_acts as (

    select
        acts.engagement_id,
        acts.subject_id,
        acts.engagement_type,
        coalesce(lower(trim(acts.asset)), '') as asset_key,
        {{ epoch_us('acts.occurred_at') }} as occurred_us,
        acts.source_system,
        coalesce(source_ranks.source_rank, 1000000) as source_rank
    from acts
    inner join shared_subjects
        on acts.subject_id = shared_subjects.subject_id and acts.engagement_type = shared_subjects.engagement_type
    left join source_ranks on acts.source_system = source_ranks.source_system

),

-- The better-placed source's row stays; equal places go by name.
repeated_acts as (

    select distinct repeats.engagement_id
    from comparable_acts as repeats
    cross join limits
    inner join comparable_acts as kept
        on
            repeats.subject_id = kept.subject_id
            and repeats.engagement_type = kept.engagement_type
            and repeats.asset_key = kept.asset_key
            and abs(repeats.occurred_us - kept.occurred_us) <= limits.duplicate_us
    where
        kept.source_rank < repeats.source_rank
        or (kept.source_rank = repeats.source_rank and kept.source_system < repeats.source_system)

),

engagements as (

    select
        acts.engagement_id,
        acts.lead_id,
        acts.account_id,
        acts.occurred_at,
        acts.loaded_at,
        types.direction,
        types.channel,
        acts.engagement_type,
        acts.campaign_id,
        acts.asset,
        acts.owner_id,
        acts.source_system,
        acts.source_record_key,
        acts.is_source_bot or machine_acts.source_record_key is not null as is_bot,
        types.is_touch,
        types.is_hand_raiser,
        types.is_intent,
        acts.is_human
    from acts
    inner join types on acts.engagement_type = types.engagement_type
    left join machine_acts on acts.source_record_key = machine_acts.source_record_key
    left join repeated_acts on acts.engagement_id = repeated_acts.engagement_id
    where repeated_acts.engagement_id is null

)

select * from engagements
