{# An e-mail event names its recipient, not a contact: the person is found by address in the next model. #}
with

email_events as (

    select * from {{ ref('stg_hubspot__email_events') }}
    {{ only_changed('hubspot:email_event', 'hubspot_email_event_id') }}

),

bounces as (

    select * from {{ ref('stg_hubspot__email_event_bounces') }}
    {{ only_changed('hubspot:email_event', 'hubspot_email_event_id') }}

),

clicks as (

    select * from {{ ref('stg_hubspot__email_event_clicks') }}
    {{ only_changed('hubspot:email_event', 'hubspot_email_event_id') }}

),

status_changes as (

    select * from {{ ref('stg_hubspot__email_event_status_changes') }}
    {{ only_changed('hubspot:email_event', 'hubspot_email_event_id') }}

),

email_campaigns as (

    select * from {{ ref('stg_hubspot__email_campaigns') }}

),

form_submissions as (

    select * from {{ ref('stg_hubspot__contact_form_submissions') }}
    {{ only_changed('hubspot:form_submission', 'hubspot_conversion_id') }}

),

forms as (

    select * from {{ ref('stg_hubspot__forms') }}

),

page_views as (

    select * from {{ ref('stg_hubspot__page_views') }}
    {{ only_changed('hubspot:page_view', 'hubspot_page_view_id') }}

),

campaign_tags as (

    select * from {{ ref('int_campaigns__tags') }}

),

engagements as (

    select * from {{ ref('stg_hubspot__engagements') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

engagement_contacts as (

    select * from {{ ref('stg_hubspot__engagement_contacts') }}
    {{ only_changed('hubspot:engagement', 'trim(hubspot_engagement_id)') }}

),

calls as (

    select * from {{ ref('stg_hubspot__engagement_calls') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

emails as (

    select * from {{ ref('stg_hubspot__engagement_emails') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

meetings as (

    select * from {{ ref('stg_hubspot__engagement_meetings') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

communications as (

    select * from {{ ref('stg_hubspot__engagement_communications') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

tasks as (

    select * from {{ ref('stg_hubspot__engagement_tasks') }}
    {{ only_changed('hubspot:engagement', 'hubspot_engagement_id') }}

),

email_activities as (

    select
        'hubspot:email_event:' || email_events.hubspot_email_event_id as source_record_key,
        'email_event:' || upper(trim(email_events.event_type)) as source_activity,
        case upper(trim(email_events.event_type))
            when 'BOUNCE' then bounces.bounce_category
            when 'STATUSCHANGE' then status_changes.subscription_status
            when 'CLICK' then clicks.link_url
        end as detail,
        cast(null as {{ api_type('string') }}) as person_record_key,
        {{ plain_email('email_events.recipient_email') }} as email,
        email_events.occurred_at,
        'hubspot:email_campaign:' || nullif(trim(email_events.hubspot_email_campaign_id), '') as campaign_id,
        email_campaigns.campaign_name as asset,
        -- An open, click or delivery names the sending it belongs to; some events name the campaign alone.
        coalesce(
            'campaign:' || nullif(trim(email_events.hubspot_email_campaign_id), ''),
            'sent:' || nullif(trim(email_events.sent_hubspot_email_event_id), '')
        ) || ':' || {{ plain_email('email_events.recipient_email') }} as message_key,
        {{ text('clicks.link_url') }} as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        coalesce(email_events.is_filtered, false) as is_source_bot,
        {{ first_shown_at(
            'email_events.first_loaded_at', 'email_events.loaded_at', 'email_events.occurred_at'
        ) }} as loaded_at
    from email_events
    left join bounces on email_events.hubspot_email_event_id = bounces.hubspot_email_event_id
    left join clicks on email_events.hubspot_email_event_id = clicks.hubspot_email_event_id
    left join status_changes
        on email_events.hubspot_email_event_id = status_changes.hubspot_email_event_id
    left join email_campaigns
        on trim(email_events.hubspot_email_campaign_id) = email_campaigns.hubspot_email_campaign_id
    where not email_events.is_deleted

),

form_activities as (

    select
        'hubspot:form_submission:' || form_submissions.hubspot_conversion_id as source_record_key,
        'form_submission' as source_activity,
        coalesce(forms.form_name, '')
        || ' ' || coalesce({{ page_address('form_submissions.page_url') }}, '')
        || ' ' || coalesce(form_submissions.page_title, '') as detail,
        'hubspot:contact:' || nullif(trim(form_submissions.hubspot_contact_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        form_submissions.occurred_at,
        cast(null as {{ api_type('string') }}) as campaign_id,
        coalesce(forms.form_name, {{ page_path('form_submissions.page_url') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'form_submissions.first_loaded_at', 'form_submissions.loaded_at', 'form_submissions.occurred_at'
        ) }} as loaded_at
    from form_submissions
    left join forms on trim(form_submissions.hubspot_form_id) = forms.hubspot_form_id
    where not form_submissions.is_deleted

),

page_view_activities as (

    select
        'hubspot:page_view:' || hubspot_page_view_id as source_record_key,
        'page_view' as source_activity,
        coalesce({{ page_address('page_url') }}, '')
        || coalesce(' utm_medium=' || nullif(trim(utm_medium), ''), '') as detail,
        'hubspot:contact:' || nullif(trim(hubspot_contact_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        occurred_at,
        campaign_tags.campaign_id,
        {{ page_path('page_url') }} as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'occurred_at') }} as loaded_at
    from page_views
    left join campaign_tags
        on {{ campaign_tag('page_views.utm_campaign') }} = campaign_tags.campaign_tag
    where not page_views.is_deleted

),

engagement_details as (

    select
        hubspot_engagement_id,
        'CALL' as engagement_kind,
        coalesce(call_direction, '') as detail,
        occurred_at,
        created_at,
        owner_id,
        true as has_happened,
        is_deleted,
        first_loaded_at,
        loaded_at
    from calls
    union all
    select
        hubspot_engagement_id,
        'EMAIL',
        coalesce(email_direction, '') || case when {{ text('sequence_id') }} is null then '' else ' sequence' end,
        occurred_at,
        created_at,
        owner_id,
        -- What was never sent reached nobody.
        coalesce(upper(trim(email_status)), '') not in ('FAILED', 'SCHEDULED'),
        is_deleted,
        first_loaded_at,
        loaded_at
    from emails
    union all
    select
        hubspot_engagement_id,
        'MEETING',
        coalesce(hs_meeting_outcome, meeting_outcome, ''),
        coalesce(started_at, occurred_at),
        created_at,
        owner_id,
        -- A meeting that nobody came to, or that was moved or called off, was not held.
        coalesce(
            {{ regex_replace_all("lower(coalesce(hs_meeting_outcome, meeting_outcome))", "'[^a-z]'", "''") }}
            not in ('noshow', 'canceled', 'cancelled', 'rescheduled'),
            true
        ),
        is_deleted,
        first_loaded_at,
        loaded_at
    from meetings
    union all
    select
        hubspot_engagement_id,
        'COMMUNICATION',
        coalesce(communication_channel, ''),
        occurred_at,
        created_at,
        owner_id,
        true,
        is_deleted,
        first_loaded_at,
        loaded_at
    from communications
    union all
    select
        hubspot_engagement_id,
        'TASK',
        coalesce(task_type, ''),
        coalesce(completed_at, due_at),
        created_at,
        owner_id,
        -- An open task is an intention, not an act; the completion date decides only where the extract has no status.
        coalesce(upper(nullif(trim(task_status), '')) = 'COMPLETED', completed_at is not null),
        is_deleted,
        first_loaded_at,
        loaded_at
    from tasks

),

-- Older portals fill the engagement table alone, newer ones only the table of the kind.
happened_engagements as (

    select
        coalesce(engagement_details.hubspot_engagement_id, engagements.hubspot_engagement_id)
            as hubspot_engagement_id,
        coalesce(
            engagement_details.engagement_kind,
            case
                when upper(trim(engagements.engagement_kind)) like '%EMAIL' then 'EMAIL'
                else upper(trim(engagements.engagement_kind))
            end
        ) as engagement_kind,
        coalesce(engagement_details.detail, engagements.engagement_kind) as detail,
        coalesce(engagement_details.occurred_at, engagements.occurred_at, engagement_details.created_at)
            as occurred_at,
        coalesce({{ text('engagement_details.owner_id') }}, {{ text('engagements.owner_id') }}) as owner_id,
        coalesce(engagement_details.first_loaded_at, engagements.first_loaded_at) as first_loaded_at,
        coalesce(engagement_details.loaded_at, engagements.loaded_at) as loaded_at
    from engagement_details
    full outer join engagements
        on engagement_details.hubspot_engagement_id = engagements.hubspot_engagement_id
    where
        not coalesce(engagement_details.is_deleted, false)
        and not coalesce(engagements.is_deleted, false)
        -- A task known by its engagement row alone says nothing about its completion.
        and coalesce(engagement_details.has_happened, upper(trim(engagements.engagement_kind)) <> 'TASK')
        and coalesce(engagement_details.engagement_kind, upper(trim(engagements.engagement_kind))) <> 'NOTE'

),

-- Several labels may tie one contact to one engagement.
engagement_people as (

    select distinct
        trim(hubspot_engagement_id) as hubspot_engagement_id,
        trim(hubspot_contact_id) as hubspot_contact_id
    from engagement_contacts
    where not is_deleted

),

engagement_activities as (

    select
        'hubspot:engagement:' || happened_engagements.hubspot_engagement_id as source_record_key,
        'engagement:' || happened_engagements.engagement_kind as source_activity,
        happened_engagements.detail,
        'hubspot:contact:' || engagement_people.hubspot_contact_id as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        happened_engagements.occurred_at,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        'hubspot:owner:' || happened_engagements.owner_id as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'happened_engagements.first_loaded_at',
            'happened_engagements.loaded_at',
            'happened_engagements.occurred_at'
        ) }} as loaded_at
    from happened_engagements
    inner join engagement_people
        on happened_engagements.hubspot_engagement_id = engagement_people.hubspot_engagement_id

),

activities as (

    {{ union_activities(['email_activities', 'form_activities', 'page_view_activities', 'engagement_activities']) }}

)

select * from activities
