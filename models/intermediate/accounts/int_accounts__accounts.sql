-- The accounts of the CRM and those inferred from a corporate domain that only leads know.
with

resolved as (

    select * from {{ ref('int_accounts__resolved') }}

),

standings as (

    select account_id, parent_account_id, ultimate_parent_account_id from {{ ref('int_accounts__standings') }}

),

account_domains as (

    select account_id, domain from {{ ref('int_accounts__domains') }} where is_primary

),

-- The two methods by which a lead can come to stand on an account that is not the CRM's.
lead_accounts as (

    select lead_id, account_id
    from {{ ref('bridge_lead_accounts') }}
    where match_method in ('inferred', 'override')

),

leads as (

    select lead_id, email_domain, created_at, first_loaded_at from {{ ref('int_people__leads') }}

),

account_references as (

    select account_id, inferred_domain from {{ ref('int_accounts__references') }} where inferred_domain is not null

),

-- Who stands on an account that is not the CRM's brought it into being, by an address or by a person's decision.
inferring_leads as (

    select
        lead_accounts.account_id,
        leads.email_domain,
        leads.created_at,
        leads.first_loaded_at
    from lead_accounts
    inner join leads on lead_accounts.lead_id = leads.lead_id
    left join resolved on lead_accounts.account_id = resolved.account_id
    where lead_accounts.account_id is not null and resolved.account_id is null

),

inferred_domains as (

    select
        account_id,
        email_domain as domain
    from inferring_leads
    where account_id = {{ key(["'domain:' || email_domain"]) }}
    union
    select
        account_id,
        inferred_domain as domain
    from account_references

),

inferred as (

    select
        inferred_domains.account_id,
        inferred_domains.domain,
        min(inferring_leads.created_at) as created_at,
        min(inferring_leads.first_loaded_at) as first_loaded_at
    from inferring_leads
    inner join inferred_domains on inferring_leads.account_id = inferred_domains.account_id
    group by inferred_domains.account_id, inferred_domains.domain

),

accounts as (

    select
        resolved.account_id,
        resolved.account_name,
        account_domains.domain as primary_domain,
        resolved.salesforce_account_id,
        resolved.hubspot_company_id,
        standings.parent_account_id,
        standings.ultimate_parent_account_id,
        false as is_inferred,
        resolved.is_deleted,
        resolved.industry,
        resolved.employee_count,
        resolved.annual_revenue_usd,
        resolved.country_code,
        resolved.owner_id,
        resolved.created_at,
        resolved.first_loaded_at
    from resolved
    inner join standings on resolved.account_id = standings.account_id
    left join account_domains on resolved.account_id = account_domains.account_id
    union all
    select
        account_id,
        {{ name_from_domain('domain') }} as account_name,
        domain as primary_domain,
        cast(null as {{ api_type('string') }}) as salesforce_account_id,
        cast(null as {{ api_type('string') }}) as hubspot_company_id,
        cast(null as {{ api_type('string') }}) as parent_account_id,
        account_id as ultimate_parent_account_id,
        true as is_inferred,
        false as is_deleted,
        cast(null as {{ api_type('string') }}) as industry,
        cast(null as double) as employee_count,
        cast(null as decimal(18, 2)) as annual_revenue_usd,
        cast(null as {{ api_type('string') }}) as country_code,
        cast(null as {{ api_type('string') }}) as owner_id,
        created_at,
        first_loaded_at
    from inferred

)

select * from accounts
