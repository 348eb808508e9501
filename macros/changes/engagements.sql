{#
    What the activities of one kind follow from, for int_engagements__changed. `model` holds one row per activity, `id` is
    what follows the kind in the source record key; `parts` are other tables that say something about it, each with its
    id; `lookups` are what a column of it is looked up in; `instants` are the columns that may date it. An address is known
    by the stored activity, which says what was looked up.

    To add a kind of activity: name it here, and read its tables through `only_changed`.
#}
{% macro activity_kinds() -%}
{%- set kinds = [
    {
        'kind': 'hubspot:email_event',
        'model': 'stg_hubspot__email_events',
        'id': 'hubspot_email_event_id',
        'instants': ['occurred_at'],
        'parts': {
            'stg_hubspot__email_event_bounces': 'hubspot_email_event_id',
            'stg_hubspot__email_event_clicks': 'hubspot_email_event_id',
            'stg_hubspot__email_event_status_changes': 'hubspot_email_event_id',
        },
        'lookups': {
            'stg_hubspot__email_campaigns': ['hubspot_email_campaign_id', 'trim(hubspot_email_campaign_id)'],
        },
    },
    {
        'kind': 'hubspot:form_submission',
        'model': 'stg_hubspot__contact_form_submissions',
        'id': 'hubspot_conversion_id',
        'instants': ['occurred_at'],
        'lookups': {'stg_hubspot__forms': ['hubspot_form_id', 'trim(hubspot_form_id)']},
    },
    {
        'kind': 'hubspot:page_view',
        'model': 'stg_hubspot__page_views',
        'id': 'hubspot_page_view_id',
        'instants': ['occurred_at'],
        'lookups': {'campaign_tag': [none, campaign_tag('utm_campaign')]},
    },
    {
        'kind': 'hubspot:engagement',
        'model': 'stg_hubspot__engagements',
        'id': 'hubspot_engagement_id',
        'instants': ['occurred_at'],
        'parts': {
            'stg_hubspot__engagement_contacts': 'trim(hubspot_engagement_id)',
            'stg_hubspot__engagement_calls': 'hubspot_engagement_id',
            'stg_hubspot__engagement_emails': 'hubspot_engagement_id',
            'stg_hubspot__engagement_meetings': 'hubspot_engagement_id',
            'stg_hubspot__engagement_communications': 'hubspot_engagement_id',
            'stg_hubspot__engagement_tasks': 'hubspot_engagement_id',
        },
        'part_instants': {
            'stg_hubspot__engagement_calls': ['occurred_at', 'created_at'],
            'stg_hubspot__engagement_emails': ['occurred_at', 'created_at'],
            'stg_hubspot__engagement_meetings': ['started_at', 'occurred_at', 'created_at'],
            'stg_hubspot__engagement_communications': ['occurred_at', 'created_at'],
            'stg_hubspot__engagement_tasks': ['completed_at', 'due_at', 'created_at'],
        },
    },
    {
        'kind': 'marketo:program_status',
        'model': 'stg_marketo__program_status_activities',
        'id': 'marketo_activity_id',
        'instants': ['occurred_at'],
        'lookups': {
            'stg_marketo__programs': [
                'marketo_program_id', "coalesce(nullif(trim(marketo_program_id), ''), primary_attribute_value_id)"
            ],
        },
    },
    {
        'kind': 'pardot:visitor_activity',
        'model': 'stg_pardot__visitor_activities',
        'id': 'pardot_visitor_activity_id',
        'instants': ['occurred_at'],
        'lookups': {'stg_pardot__visitors': ['pardot_visitor_id', 'trim(pardot_visitor_id)']},
    },
    {
        'kind': 'salesforce:task',
        'model': 'stg_salesforce__tasks',
        'id': 'salesforce_task_id',
        'instants': ['completed_at', "cast(activity_date as timestamp) + interval '1' day", 'last_modified_at',
            'created_at'],
    },
    {
        'kind': 'salesforce:event',
        'model': 'stg_salesforce__events',
        'id': 'salesforce_event_id',
        'instants': ['started_at', 'activity_at'],
    },
    {
        'kind': 'salesforce:campaign_member',
        'model': 'stg_salesforce__campaign_members',
        'id': 'salesforce_campaign_member_id',
        'instants': [latest_start('first_responded_at'), 'created_at'],
        'lookups': {'stg_salesforce__campaigns': ['salesforce_campaign_id', 'salesforce_campaign_id']},
    },
    {
        'kind': 'files:web_visit',
        'model': 'stg_files__web_visits',
        'id': 'web_visit_id',
        'instants': ['occurred_at'],
        'lookups': {'campaign_tag': [none, campaign_tag('utm_campaign')]},
    },
    {
        'kind': 'files:intent_signal',
        'model': 'stg_files__intent_signals',
        'id': 'intent_signal_id',
        'instants': ['occurred_at'],
    },
] -%}
{%- set smart_campaign = {'stg_marketo__campaigns': ['marketo_campaign_id', 'trim(marketo_campaign_id)']} -%}
{%- set template = {
    'stg_marketo__email_templates': [
        'marketo_email_template_id', "coalesce(nullif(trim(marketo_email_template_id), ''), primary_attribute_value_id)"
    ],
} -%}
{%- for name in [
    'send_email', 'email_delivered', 'open_email', 'click_email', 'email_bounced', 'email_bounced_soft',
    'unsubscribe_email', 'fill_out_form', 'visit_webpage',
] -%}
    {%- set lookups = dict(smart_campaign, **(template if 'email' in name else {})) -%}
    {%- do kinds.append({
        'kind': 'marketo:' ~ name,
        'model': 'stg_marketo__' ~ name ~ '_activities',
        'id': 'marketo_activity_id',
        'instants': ['occurred_at'],
        'lookups': lookups,
    }) -%}
{%- endfor -%}
{{ return(kinds) }}
{%- endmacro %}


{# Every staging model that activities follow from. #}
{% macro activity_models() -%}
{%- set models = [] -%}
{%- for kind in activity_kinds() -%}
    {%- set names = (kind.get('parts') or {}).keys() | list + (kind.get('lookups') or {}).keys() | list -%}
    {%- for name in [kind['model']] + names
            if name.startswith('stg_') and name not in models -%}
        {%- do models.append(name) -%}
    {%- endfor -%}
{%- endfor -%}
{{ return(models) }}
{%- endmacro %}


{# Whether this build goes on from the activities and engagements of the last complete one. #}
{% macro goes_on(relation) -%}
{{ return(
    execute and not flags.FULL_REFRESH
    and adapter.get_relation(relation.database, relation.schema, 'int_engagements__built') is not none
) }}
{%- endmacro %}


{# The condition that keeps the activities of a kind that are worked out anew; every one is in a build from scratch. #}
{% macro only_changed(kind, id) -%}
{%- set changed = ref('int_engagements__changed') -%}
{%- if goes_on(changed) -%}
where {{ id }} in (select activity_id from {{ changed }} where activity_kind = '{{ kind }}')
{%- endif -%}
{%- endmacro %}


{#
    Incremental by what changed: the rows that the config's `meta` names (an expression, a table and its column; what names a
    row `otherwise`, where the expression is null) go, and the ones worked out anew come. Without a complete build to go on
    from, all rows go.
#}
{% macro get_incremental_by_change_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{%- set expression = meta['changed_expression'] -%}
{%- if not goes_on(ref(meta['changed'])) -%}
{{ replace_rows(arguments) }}
{%- else -%}
{%- set otherwise -%}
{{ expression }} is null and {{ is_in(meta['changed'], meta['changed_column'], meta.get('otherwise')) }}
{%- endset -%}
{{ replace_rows(
    arguments, is_in(meta['changed'], meta['changed_column'], expression), otherwise if meta.get('otherwise')
) }}
{%- endif -%}
{%- endmacro %}


{# What differs between CTEs `inputs` and `built`, of some parts: with what it is and what it was. #}
{% macro differing_inputs(parts) -%}
select
        coalesce(now_known.part, known_before.part) as part,
        coalesce(now_known.part_key, known_before.part_key) as part_key,
        now_known.content,
        known_before.content as content_before
    from (select * from inputs where part in ('{{ parts | join("', '") }}')) as now_known
    full outer join (select * from built where part in ('{{ parts | join("', '") }}')) as known_before
        on now_known.part = known_before.part and now_known.part_key = known_before.part_key
    where
        now_known.part is null
        or known_before.part is null
        or now_known.content is distinct from known_before.content
{%- endmacro %}
