{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'account_id'}
) }}

-- The domains that records give their accounts, live ones and those that were merged away into an account that lives; one of
-- them is the account's own: a live record's, a corporate one if there is any, then by the order in which websites survive.
-- depends_on: {{ ref('int_accounts__affected') }}
with

records as (

    select * from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__affected', 'record_key') }}

),

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

live_accounts as (

    select account_id from {{ ref('int_accounts__resolved') }} where not is_deleted

),

hubspot_companies as (

    select hubspot_company_id, translate(additional_domains, ',', ';') as additional_domains
    from {{ ref('stg_hubspot__companies') }}
    where {{ is_record_among('int_accounts__affected', 'hubspot:company', 'hubspot_company_id') }}

),

hosts as (

    select host, domain, domain_class from {{ ref('int_domains__hosts') }}

),

survivorship as (

    select source_system, source_object, priority
    from {{ ref('survivorship') }}
    where entity = 'account' and attribute = 'website'

),

additional_domains as (

    {{ explode_text('hubspot_companies', ['hubspot_company_id'], 'additional_domains', ';') }}

),

claims as (

    select record_key, domain, domain_class, 0 as is_additional from records where domain is not null
    union all
    select
        'hubspot:company:' || additional_domains.hubspot_company_id,
        hosts.domain,
        hosts.domain_class,
        1
    from additional_domains
    inner join hosts on {{ host_of('additional_domains.part') }} = hosts.host

),

ranked as (

    select
        account_records.account_id,
        claims.domain,
        claims.domain_class,
        row_number() over (
            partition by account_records.account_id
            order by
                case when records.merged_into_record_key is null then 0 else 1 end asc nulls last,
                case when claims.domain_class = 'corporate' then 0 else 1 end asc nulls last,
                claims.is_additional asc nulls last,
                coalesce(survivorship.priority, 1000) asc nulls last,
                records.modified_at desc nulls last,
                records.record_key asc nulls last,
                claims.domain asc nulls last
        ) as claim_rank
    from claims
    inner join records on claims.record_key = records.record_key
    inner join account_records on claims.record_key = account_records.record_key
    inner join live_accounts on account_records.account_id = live_accounts.account_id
    left join survivorship
        on
            records.source_system = survivorship.source_system
            and records.source_object = survivorship.source_object
    where not records.is_deleted or records.merged_into_record_key is not null

),

domains as (

    select
        domain,
        account_id,
        domain_class,
        min(claim_rank) = 1 as is_primary
    from ranked
    group by domain, account_id, domain_class

)

select * from domains
