{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__changed', 'key': 'record_key'}
) }}

{%- set is_second = "hosts.domain is null or (hosts.domain_class not in ('corporate', 'internal') and "
    ~ "second_hosts.domain_class = 'corporate')" -%}
-- Read anew for what changed.
-- depends_on: {{ ref('int_accounts__changed') }}
with

salesforce_accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}
    where {{ is_record_among('int_accounts__changed', 'salesforce:account', 'salesforce_account_id') }}

),

hubspot_companies as (

    select * from {{ ref('stg_hubspot__companies') }}
    where {{ is_record_among('int_accounts__changed', 'hubspot:company', 'hubspot_company_id') }}

),

links as (

    select record_key, linked_record_key, rule from {{ ref('int_accounts__links') }}

),

hosts as (

    select host, domain, domain_class from {{ ref('int_domains__hosts') }}

),

countries as (

    select spelling, country_code from {{ source('reference', 'countries') }}

),

united as (

    select
        'salesforce:account:' || salesforce_account_id as record_key,
        'salesforce' as source_system,
        'account' as source_object,
        salesforce_account_id as source_id,
        account_name,
        website,
        {{ host_of('website') }} as host,
        cast(null as {{ api_type('string') }}) as second_host,
        industry,
        employee_count,
        annual_revenue,
        currency_code,
        country,
        country_code,
        account_type,
        {{ salesforce_owner_key('owner_id') }} as owner_id,
        'salesforce:account:' || parent_salesforce_account_id as parent_record_key,
        is_deleted,
        created_at,
        coalesce(system_modified_at, last_modified_at, created_at) as modified_at,
        loaded_at
    from salesforce_accounts
    union all
    select
        'hubspot:company:' || hubspot_company_id,
        'hubspot',
        'company',
        hubspot_company_id,
        account_name,
        coalesce(website, domain),
        {{ host_of('domain') }},
        {{ host_of('website') }},
        industry,
        employee_count,
        annual_revenue,
        cast(null as {{ api_type('string') }}),
        country,
        country_code,
        account_type,
        'hubspot:owner:' || owner_id,
        'hubspot:company:' || parent_hubspot_company_id,
        is_deleted,
        created_at,
        coalesce(last_modified_at, created_at),
        loaded_at
    from hubspot_companies

),

stated_merges as (

    select record_key, min(linked_record_key) as merged_into_record_key
    from links
    where rule = 'merge'
    group by record_key

),

records as (

    select
        united.record_key,
        united.source_system,
        united.source_object,
        united.source_id,
        united.account_name,
        -- HubSpot keeps a domain beside the website: where that is none, or no company's own, the website's counts.
        case when {{ is_second }} then second_hosts.domain else hosts.domain end as domain,
        case when {{ is_second }} then second_hosts.domain_class else hosts.domain_class end as domain_class,
        united.website,
        united.industry,
        cast(united.employee_count as double) as employee_count,
        cast(united.annual_revenue as decimal(18, 2)) as annual_revenue,
        united.currency_code,
        coalesce(codes.country_code, names.country_code) as country_code,
        united.account_type,
        united.owner_id,
        united.parent_record_key,
        united.is_deleted,
        stated_merges.merged_into_record_key,
        united.created_at,
        united.modified_at,
        united.loaded_at
    from united
    left join hosts on united.host = hosts.host
    left join hosts as second_hosts on united.second_host = second_hosts.host
    left join countries as codes on lower(united.country_code) = codes.spelling
    left join countries as names on lower(united.country) = names.spelling
    left join stated_merges on united.record_key = stated_merges.record_key
    where united.record_key is not null and (united.created_at is null or united.created_at <= {{ as_of() }})

)

select * from records
