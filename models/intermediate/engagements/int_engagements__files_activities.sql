{#
    The organisation's own flat files: web visits of a reverse-lookup tool, intent signals of a data vendor. Either may write
    a website where it means a domain. What our own staff do is no company's, whether or not a record bears their address.
#}
{%- set company_domain = "case when coalesce(address_hosts.domain_class, '') <> 'internal' then company_hosts.domain end" %}

with

web_visits as (

    select
        *,
        {{ host_of('domain') }} as company_host,
        {{ address_host("split_part(email, '@', 2)") }} as address_host
    from {{ ref('stg_files__web_visits') }}
    {{ only_changed('files:web_visit', 'web_visit_id') }}

),

intent_signals as (

    select
        *,
        {{ host_of('domain') }} as company_host,
        {{ address_host("split_part(email, '@', 2)") }} as address_host
    from {{ ref('stg_files__intent_signals') }}
    {{ only_changed('files:intent_signal', 'intent_signal_id') }}

),

campaign_tags as (

    select * from {{ ref('int_campaigns__tags') }}

),

hosts as (

    select * from {{ ref('int_domains__hosts') }}

),

visit_activities as (

    select
        'files:web_visit:' || web_visit_id as source_record_key,
        'web_visit' as source_activity,
        coalesce({{ page_address('page_url') }}, '')
        || coalesce(' utm_medium=' || nullif(trim(utm_medium), ''), '') as detail,
        cast(null as {{ api_type('string') }}) as person_record_key,
        {{ plain_email('email') }} as email,
        occurred_at,
        campaign_tags.campaign_id,
        {{ page_path('page_url') }} as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'occurred_at') }} as loaded_at,
        {{ company_domain }} as company_domain
    from web_visits
    left join hosts as company_hosts on web_visits.company_host = company_hosts.host
    left join hosts as address_hosts on web_visits.address_host = address_hosts.host
    left join campaign_tags
        on {{ campaign_tag('web_visits.utm_campaign') }} = campaign_tags.campaign_tag

),

signal_activities as (

    select
        'files:intent_signal:' || intent_signal_id as source_record_key,
        'intent_signal' as source_activity,
        coalesce(vendor, '') || ' ' || coalesce(topic, '') as detail,
        cast(null as {{ api_type('string') }}) as person_record_key,
        {{ plain_email('email') }} as email,
        occurred_at,
        cast(null as {{ api_type('string') }}) as campaign_id,
        {{ text('topic') }} as asset,
        cast(null as {{ api_type('string') }}) as message_key,
        cast(null as {{ api_type('string') }}) as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'occurred_at') }} as loaded_at,
        {{ company_domain }} as company_domain
    from intent_signals
    left join hosts as company_hosts on intent_signals.company_host = company_hosts.host
    left join hosts as address_hosts on intent_signals.address_host = address_hosts.host

),

activities as (

    {{ union_activities(['visit_activities', 'signal_activities'], ['company_domain']) }}

)

select * from activities
