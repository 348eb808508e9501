{# Marketo keeps one table per kind of activity; all name their lead. #}
with

sends as (

    select * from {{ ref('stg_marketo__send_email_activities') }}
    {{ only_changed('marketo:send_email', 'marketo_activity_id') }}

),

deliveries as (

    select * from {{ ref('stg_marketo__email_delivered_activities') }}
    {{ only_changed('marketo:email_delivered', 'marketo_activity_id') }}

),

opens as (

    select * from {{ ref('stg_marketo__open_email_activities') }}
    {{ only_changed('marketo:open_email', 'marketo_activity_id') }}

),

clicks as (

    select * from {{ ref('stg_marketo__click_email_activities') }}
    {{ only_changed('marketo:click_email', 'marketo_activity_id') }}

),

bounces as (

    select * from {{ ref('stg_marketo__email_bounced_activities') }}
    {{ only_changed('marketo:email_bounced', 'marketo_activity_id') }}

),

soft_bounces as (

    select * from {{ ref('stg_marketo__email_bounced_soft_activities') }}
    {{ only_changed('marketo:email_bounced_soft', 'marketo_activity_id') }}

),

unsubscribes as (

    select * from {{ ref('stg_marketo__unsubscribe_email_activities') }}
    {{ only_changed('marketo:unsubscribe_email', 'marketo_activity_id') }}

),

form_fills as (

    select * from {{ ref('stg_marketo__fill_out_form_activities') }}
    {{ only_changed('marketo:fill_out_form', 'marketo_activity_id') }}

),

page_visits as (

    select * from {{ ref('stg_marketo__visit_webpage_activities') }}
    {{ only_changed('marketo:visit_webpage', 'marketo_activity_id') }}

),

status_changes as (

    select * from {{ ref('stg_marketo__program_status_activities') }}
    {{ only_changed('marketo:program_status', 'marketo_activity_id') }}

),

smart_campaigns as (

    select * from {{ ref('stg_marketo__campaigns') }}

),

programs as (

    select * from {{ ref('stg_marketo__programs') }}

),

email_templates as (

    select * from {{ ref('stg_marketo__email_templates') }}

),

-- A template has one row per version; its newest version names it.
newest_templates as (

    select marketo_email_template_id, marketo_program_id, campaign_name
    from (
        select
            marketo_email_template_id,
            marketo_program_id,
            campaign_name,
            row_number() over (
                partition by marketo_email_template_id
                order by last_modified_at desc nulls last, version desc nulls last
            ) as version_rank
        from email_templates
        where not is_deleted
    ) as ranked
    where version_rank = 1

),

email_acts as (

    select
        'send_email' as kind,
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id) as template_id,
        primary_attribute_value as email_name,
        cast(null as {{ api_type('string') }}) as detail,
        cast(null as {{ api_type('string') }}) as link_url,
        false as is_source_bot,
        occurred_at,
        first_loaded_at,
        loaded_at
    from sends
    where not is_deleted
    union all
    select
        'email_delivered',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        false,
        occurred_at,
        first_loaded_at,
        loaded_at
    from deliveries
    where not is_deleted
    union all
    select
        'open_email',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        coalesce(is_bot_activity, false),
        occurred_at,
        first_loaded_at,
        loaded_at
    from opens
    where not is_deleted
    union all
    select
        'click_email',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        link_url,
        link_url,
        coalesce(is_bot_activity, false),
        occurred_at,
        first_loaded_at,
        loaded_at
    from clicks
    where not is_deleted
    union all
    select
        'email_bounced',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        coalesce(bounce_category, '') || ' ' || coalesce(bounce_details, ''),
        cast(null as {{ api_type('string') }}),
        false,
        occurred_at,
        first_loaded_at,
        loaded_at
    from bounces
    where not is_deleted
    union all
    select
        'email_bounced_soft',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        coalesce(bounce_category, '') || ' ' || coalesce(bounce_details, ''),
        cast(null as {{ api_type('string') }}),
        false,
        occurred_at,
        first_loaded_at,
        loaded_at
    from soft_bounces
    where not is_deleted
    union all
    select
        'unsubscribe_email',
        marketo_activity_id,
        marketo_lead_id,
        marketo_campaign_id,
        coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id),
        primary_attribute_value,
        cast(null as {{ api_type('string') }}),
        cast(null as {{ api_type('string') }}),
        false,
        occurred_at,
        first_loaded_at,
        loaded_at
    from unsubscribes
    where not is_deleted

),

email_activities as (

    select
        'marketo:' || email_acts.kind || ':' || email_acts.marketo_activity_id as source_record_key,
        'activity:' || email_acts.kind as source_activity,
        email_acts.detail,
        'marketo:lead:' || nullif(trim(email_acts.marketo_lead_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        email_acts.occurred_at,
        coalesce(
            'marketo:program:' || newest_templates.marketo_program_id,
            'marketo:program:' || smart_campaigns.marketo_program_id,
            'marketo:campaign:' || nullif(trim(email_acts.marketo_campaign_id), '')
        ) as campaign_id,
        coalesce({{ text('email_acts.email_name') }}, newest_templates.campaign_name) as asset,
        email_acts.template_id || ':' || email_acts.marketo_lead_id as message_key,
        {{ text('email_acts.link_url') }} as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        email_acts.is_source_bot,
        {{ first_shown_at(
            'email_acts.first_loaded_at', 'email_acts.loaded_at', 'email_acts.occurred_at'
        ) }} as loaded_at
    from email_acts
    left join newest_templates on email_acts.template_id = newest_templates.marketo_email_template_id
    left join smart_campaigns
        on trim(email_acts.marketo_campaign_id) = smart_campaigns.marketo_campaign_id

),

form_activities as (

    select
        'marketo:fill_out_form:' || form_fills.marketo_activity_id as source_record_key,
        'activity:fill_out_form' as source_activity,
        coalesce(form_fills.primary_attribute_value, '')
        || ' ' || coalesce({{ page_address('form_fills.page_url') }}, '') as detail,
        'marketo:lead:' || nullif(trim(form_fills.marketo_lead_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        form_fills.occurred_at,
        coalesce(
            'marketo:program:' || smart_campaigns.marketo_program_id,
            'marketo:campaign:' || nullif(trim(form_fills.marketo_campaign_id), '')
        ) as campaign_id,
        coalesce({{ text('form_fills.primary_attribute_value') }}, {{ page_path('form_fills.page_url') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'form_fills.first_loaded_at', 'form_fills.loaded_at', 'form_fills.occurred_at'
        ) }} as loaded_at
    from form_fills
    left join smart_campaigns
        on trim(form_fills.marketo_campaign_id) = smart_campaigns.marketo_campaign_id
    where not form_fills.is_deleted

),

page_activities as (

    select
        'marketo:visit_webpage:' || page_visits.marketo_activity_id as source_record_key,
        'activity:visit_webpage' as source_activity,
        {{ page_address('coalesce(page_visits.page_url, page_visits.primary_attribute_value)') }} as detail,
        'marketo:lead:' || nullif(trim(page_visits.marketo_lead_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        page_visits.occurred_at,
        coalesce(
            'marketo:program:' || smart_campaigns.marketo_program_id,
            'marketo:campaign:' || nullif(trim(page_visits.marketo_campaign_id), '')
        ) as campaign_id,
        {{ page_path('coalesce(page_visits.page_url, page_visits.primary_attribute_value)') }} as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'page_visits.first_loaded_at', 'page_visits.loaded_at', 'page_visits.occurred_at'
        ) }} as loaded_at
    from page_visits
    left join smart_campaigns
        on trim(page_visits.marketo_campaign_id) = smart_campaigns.marketo_campaign_id
    where not page_visits.is_deleted

),

status_activities as (

    select
        'marketo:program_status:' || status_changes.marketo_activity_id as source_record_key,
        'program_status' as source_activity,
        coalesce(programs.program_channel, '') || ' ' || coalesce(status_changes.new_status, '') as detail,
        'marketo:lead:' || nullif(trim(status_changes.marketo_lead_id), '') as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        status_changes.occurred_at,
        'marketo:program:'
        || coalesce(
            nullif(trim(status_changes.marketo_program_id), ''), status_changes.primary_attribute_value_id
        ) as campaign_id,
        coalesce(programs.campaign_name, {{ text('status_changes.primary_attribute_value') }}) as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'status_changes.first_loaded_at', 'status_changes.loaded_at', 'status_changes.occurred_at'
        ) }} as loaded_at
    from status_changes
    left join programs
        on
            coalesce(nullif(trim(status_changes.marketo_program_id), ''), status_changes.primary_attribute_value_id)
            = programs.marketo_program_id
    where not status_changes.is_deleted

),

activities as (

    {{ union_activities(['email_activities', 'form_activities', 'page_activities', 'status_activities']) }}

)

select * from activities
