with

tasks as (

    select * from {{ ref('stg_salesforce__tasks') }}
    {{ only_changed('salesforce:task', 'salesforce_task_id') }}

),

events as (

    select * from {{ ref('stg_salesforce__events') }}
    {{ only_changed('salesforce:event', 'salesforce_event_id') }}

),

campaign_members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    {{ only_changed('salesforce:campaign_member', 'salesforce_campaign_member_id') }}

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

-- An opened task is an intention; only a completed one is a touch.
completed_tasks as (

    select
        salesforce_task_id,
        {{ salesforce_person_key('salesforce_who_id') }} as person_record_key,
        {{ salesforce_owner_key('owner_id') }} as owner_id,
        coalesce(
            completed_at,
            {{ local_day_start('activity_date', setting('reporting_time_zone')) }},
            last_modified_at,
            created_at
        ) as occurred_at,
        lower(trim(task_subtype)) as task_subtype,
        lower(trim(task_type)) as task_type,
        case
            when
                coalesce({{ text('sequence_step_id') }}, {{ text('sequence_name') }}) is not null
                or lower(trim(task_subtype)) = 'cadence'
                then 'sequence ' || coalesce(sequence_step_type, '') || ' ' || coalesce(sequence_name, '')
            else ''
        end as sequence_detail,
        first_loaded_at,
        loaded_at
    from tasks
    where
        not is_deleted
        and coalesce(
            is_closed or lower(trim(status)) in ('completed', 'closed'),
            is_closed,
            lower(trim(status)) in ('completed', 'closed'),
            completed_at is not null
        )

),

task_activities as (

    select
        'salesforce:task:' || salesforce_task_id as source_record_key,
        'task:' || case
            when task_subtype = 'listemail' then 'listemail'
            when task_subtype in ('call', 'email') then task_subtype
            when task_subtype in ('linkedin', 'sms', 'message', 'whatsapp') then 'message'
            when task_type like '%list%mail%' then 'listemail'
            when task_type like '%call%' then 'call'
            when task_type like '%mail%' and task_type not like '%voice%' then 'email'
            when
                task_type like '%message%' or task_type like '%linkedin%' or task_type like '%sms%'
                or task_type like '%whatsapp%' or task_type = 'text'
                then 'message'
            else 'other'
        end as source_activity,
        trim(sequence_detail || ' ' || coalesce(task_type, '')) as detail,
        person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        occurred_at,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        owner_id,
        false as is_source_bot,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'occurred_at') }} as loaded_at
    from completed_tasks

),

-- A child event repeats its meeting for another invited colleague.
event_activities as (

    select
        'salesforce:event:' || salesforce_event_id as source_record_key,
        'event' as source_activity,
        coalesce(event_type, '') || ' ' || coalesce(event_subtype, '') as detail,
        {{ salesforce_person_key('salesforce_who_id') }} as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        coalesce(started_at, activity_at) as occurred_at,
        cast(null as {{ api_type('string') }}) as campaign_id,
        cast(null as {{ api_type('string') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        {{ salesforce_owner_key('owner_id') }} as owner_id,
        false as is_source_bot,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'coalesce(started_at, activity_at)') }} as loaded_at
    from events
    where
        not is_deleted
        and not coalesce(is_child, false)
        and not coalesce(is_no_show, false)
        and coalesce(
            {{ regex_replace_all("lower(meeting_outcome)", "'[^a-z]'", "''") }}
            not in ('noshow', 'canceled', 'cancelled', 'rescheduled'),
            true
        )

),

-- Salesforce keeps the day of the first response, not its time.
responded_members as (

    select
        salesforce_campaign_member_id,
        salesforce_campaign_id,
        salesforce_lead_id,
        salesforce_contact_id,
        status,
        coalesce(
            {{ day_or_instant('first_responded_at', setting('reporting_time_zone')) }}, created_at
        ) as occurred_at,
        first_loaded_at,
        loaded_at
    from campaign_members
    where not is_deleted and has_responded

),

member_activities as (

    select
        'salesforce:campaign_member:' || responded_members.salesforce_campaign_member_id
            as source_record_key,
        'campaign_member' as source_activity,
        coalesce(campaigns.campaign_type, '') || ' ' || coalesce(responded_members.status, '') as detail,
        coalesce(
            'salesforce:contact:' || responded_members.salesforce_contact_id,
            'salesforce:lead:' || responded_members.salesforce_lead_id
        ) as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        responded_members.occurred_at,
        'salesforce:campaign:' || responded_members.salesforce_campaign_id as campaign_id,
        campaigns.campaign_name as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'responded_members.first_loaded_at', 'responded_members.loaded_at', 'responded_members.occurred_at'
        ) }} as loaded_at
    from responded_members
    left join campaigns
        on responded_members.salesforce_campaign_id = campaigns.salesforce_campaign_id

),

activities as (

    {{ union_activities(['task_activities', 'event_activities', 'member_activities']) }}

)

select * from activities
