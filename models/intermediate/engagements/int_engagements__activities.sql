{# The views of the sources hold what is worked out anew (int_engagements__changed); all of it in a build from scratch. #}
{{ config(
    materialized='incremental',
    incremental_strategy='by_change',
    meta={
        'changed': 'int_engagements__changed',
        'changed_column': 'source_record_key',
        'changed_expression': 'source_record_key'
    }
) }}

-- depends_on: {{ ref('int_engagements__changed') }}
with

salesforce_activities as (

    select * from {{ ref('int_engagements__salesforce_activities') }}

),

hubspot_activities as (

    select * from {{ ref('int_engagements__hubspot_activities') }}

),

marketo_activities as (

    select * from {{ ref('int_engagements__marketo_activities') }}

),

pardot_activities as (

    select * from {{ ref('int_engagements__pardot_activities') }}

),

files_activities as (

    select * from {{ ref('int_engagements__files_activities') }}

),

addresses as (

    select * from {{ ref('int_people__addresses') }}

),

mappings as (

    select * from {{ ref('engagement_mappings') }}

),

types as (

    select * from {{ ref('engagement_types') }}

),

all_activities as (

{%- set columns = [
    'source_record_key', 'source_activity', 'detail', 'person_record_key', 'occurred_at', 'campaign_id',
    'asset', 'message_key', 'link_url', 'owner_id', 'is_source_bot', 'loaded_at',
] %}
{%- for source in ['salesforce', 'hubspot', 'marketo', 'pardot', 'files'] %}
    select
        '{{ source }}' as source_system,
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        -- The address to look up: a column, because a condition on one side alone makes an outer join quadratic.
        case when person_record_key is null then {{ matching_email('email') }} end as lookup_email,
        {% if source == 'files' %}company_domain{% else %}cast(null as {{ api_type('string') }}){% endif %}  -- noqa: AL09,LT05
            as company_domain
    from {{ source }}_activities
    where occurred_at <= {{ as_of() }}
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}

),

-- HubSpot's own contacts come first for an address: its e-mail events are about them.
candidates as (

    select
        matching_email,
        record_key,
        valid_from,
        valid_to,
        case when record_key like 'hubspot:contact:%' then 1 else 2 end as source_rank
    from addresses
    where
        matching_email is not null
        {%- if goes_on(this) %}
        and matching_email in (select lookup_email from all_activities)
        {%- endif %}

),

-- Nearly every address only ever belonged to one record; the others are settled event by event.
address_counts as (

    select
        matching_email,
        min(record_key) as record_key,
        count(distinct record_key) as record_count
    from candidates
    group by matching_email

),

shared_events as (

    select
        all_activities.source_record_key,
        candidates.record_key,
        row_number() over (
            partition by all_activities.source_record_key
            order by
                case
                    when
                        (candidates.valid_from is null or candidates.valid_from <= all_activities.occurred_at)
                        and (candidates.valid_to is null or candidates.valid_to > all_activities.occurred_at)
                        then 0
                    else 1
                end asc nulls last,
                candidates.source_rank asc nulls last,
                candidates.valid_from desc nulls last,
                candidates.record_key asc nulls last
        ) as candidate_rank
    from all_activities
    inner join address_counts
        on all_activities.lookup_email = address_counts.matching_email and address_counts.record_count > 1
    inner join candidates on all_activities.lookup_email = candidates.matching_email

),

details as (

    select distinct
        source_system,
        source_activity,
        detail
    from all_activities

),

-- The mapping of the lowest priority wins; patterns see the detail in lower case.
mapped_details as (

    select
        source_system,
        source_activity,
        detail,
        engagement_type
    from (
        select
            details.source_system,
            details.source_activity,
            details.detail,
            mappings.engagement_type,
            row_number() over (
                partition by details.source_system, details.source_activity, details.detail
                order by
                    mappings.priority nulls last,
                    mappings.detail_pattern nulls last,
                    mappings.engagement_type nulls last
            ) as mapping_rank
        from details
        inner join mappings
            on
                details.source_system = mappings.source_system
                and details.source_activity = mappings.source_activity
                and (
                    mappings.detail_pattern is null
                    or lower(details.detail) like lower(mappings.detail_pattern)
                )
    ) as ranked
    where mapping_rank = 1

),

activities as (

    select
        all_activities.source_record_key,
        all_activities.source_system,
        all_activities.source_activity,
        all_activities.detail,
        coalesce(
            all_activities.person_record_key, shared_events.record_key, address_counts.record_key
        ) as person_record_key,
        all_activities.lookup_email,
        all_activities.company_domain,
        all_activities.occurred_at,
        types.engagement_type,
        all_activities.campaign_id,
        all_activities.asset,
        case
            when all_activities.message_key is not null
                then {{ as_fingerprint(hashed(['all_activities.source_system', 'all_activities.message_key'])) }}
        end as email_message_number,
        all_activities.link_url,
        all_activities.owner_id,
        all_activities.is_source_bot,
        -- Only a named person is human: a queue is not, and nobody's act is nobody's touch.
        coalesce(
            types.is_human
            and all_activities.owner_id is not null
            and all_activities.owner_id not like 'salesforce:group:%',
            false
        ) as is_human,
        all_activities.loaded_at
    from all_activities
    left join shared_events
        on
            all_activities.source_record_key = shared_events.source_record_key
            and shared_events.candidate_rank = 1
    left join address_counts on all_activities.lookup_email = address_counts.matching_email
    left join mapped_details
        on
            all_activities.source_system = mapped_details.source_system
            and all_activities.source_activity = mapped_details.source_activity
            and all_activities.detail is not distinct from mapped_details.detail
    left join types on mapped_details.engagement_type = types.engagement_type

)

select * from activities
