"""Domain-to-account mapping: every lead on exactly one account, and by a domain that is a company's own."""

from expectations.rules import Rule

RULES = (
    Rule(
        suite="domain_mapping",
        name="lead_has_one_account_row",
        schema="core",
        table="dim_leads",
        also_reads=("core.bridge_lead_accounts",),
        sentence="every lead stands exactly once in bridge_lead_accounts",
        query="""
select leads.lead_id as row_key, coalesce(mapped.row_count, 0) <> 1 as is_failing
from {batch} as leads
left join (
    select lead_id, count(*) as row_count from core.bridge_lead_accounts group by lead_id
) as mapped
    on leads.lead_id = mapped.lead_id
""",
    ),
    Rule(
        suite="domain_mapping",
        name="mapped_account_exists",
        schema="core",
        table="bridge_lead_accounts",
        column="account_id",
        also_reads=("core.dim_accounts",),
        sentence="the account a lead stands on is in dim_accounts",
        query="""
select mapped.lead_id as row_key, mapped.account_id is not null and accounts.account_id is null as is_failing
from {batch} as mapped
left join core.dim_accounts as accounts
    on mapped.account_id = accounts.account_id
""",
    ),
    Rule(
        suite="domain_mapping",
        name="matched_by_corporate_domain",
        schema="core",
        table="bridge_lead_accounts",
        column="match_method",
        also_reads=("core.dim_leads", "core.bridge_account_domains"),
        sentence="no lead is matched by a domain that is free mail, disposable, shared or our own",
        query="""
select
    mapped.lead_id as row_key,
    mapped.match_method in ('email_domain', 'ambiguous_domain', 'inferred') and classes.is_corporate = false
        as is_failing
from {batch} as mapped
inner join core.dim_leads as leads
    on mapped.lead_id = leads.lead_id
left join (
    select domain, bool_or(domain_class = 'corporate') as is_corporate
    from core.bridge_account_domains
    group by domain
) as classes
    on leads.email_domain = classes.domain
""",
    ),
    Rule(
        suite="domain_mapping",
        name="one_primary_domain_per_account",
        schema="core",
        table="bridge_account_domains",
        column="is_primary",
        sentence="no account has two primary domains",
        query="""
select account_id as row_key, count(*) filter (where is_primary) > 1 as is_failing
from {batch} as domains
group by account_id
""",
    ),
    Rule(
        suite="domain_mapping",
        name="ambiguity_is_flagged",
        schema="core",
        table="bridge_account_domains",
        column="is_ambiguous",
        sentence="a domain is marked ambiguous when, and only when, several accounts have it",
        query="""
select domain as row_key, (count(distinct account_id) > 1) <> bool_or(is_ambiguous) as is_failing
from {batch} as domains
group by domain
""",
    ),
    Rule(
        suite="domain_mapping",
        name="shared_domains",
        schema="core",
        table="bridge_account_domains",
        sentence="at most {threshold} of the domains belong to several accounts",
        measure="share",
        unit="share",
        query="""
select domain as row_key, count(distinct account_id) > 1 as is_failing
from {batch} as domains
group by domain
""",
    ),
    Rule(
        suite="domain_mapping",
        name="unmatched_leads",
        schema="core",
        table="bridge_lead_accounts",
        column="match_method",
        sentence="at most {threshold} of the leads stand on no account",
        measure="share",
        unit="share",
        query="select lead_id as row_key, account_id is null as is_failing from {batch} as mapped",
    ),
    Rule(
        suite="domain_mapping",
        name="leads_to_review",
        schema="core",
        table="bridge_lead_accounts",
        column="needs_review",
        sentence="at most {threshold} of the leads that stand on an account wait for somebody to review the match",
        measure="share",
        unit="share",
        query="""
select lead_id as row_key, needs_review as is_failing from {batch} as mapped where account_id is not null
""",
    ),
    Rule(
        suite="domain_mapping",
        name="email_disagrees_with_account",
        schema="core",
        table="bridge_lead_accounts",
        column="account_id",
        also_reads=("core.dim_leads", "core.bridge_account_domains"),
        sentence="at most {threshold} of the leads have the e-mail domain of one account and stand on another",
        measure="share",
        unit="share",
        query="""
select mapped.lead_id as row_key, owned.domain is not null and own.domain is null as is_failing
from {batch} as mapped
inner join core.dim_leads as leads
    on mapped.lead_id = leads.lead_id
left join (
    select distinct domain from core.bridge_account_domains where domain_class = 'corporate'
) as owned
    on leads.email_domain = owned.domain
left join core.bridge_account_domains as own
    on leads.email_domain = own.domain and mapped.account_id = own.account_id
where mapped.account_id is not null
""",
    ),
    Rule(
        suite="domain_mapping",
        name="website_has_a_domain",
        schema="intermediate",
        table="int_accounts__records",
        column="domain",
        sentence="from at most {threshold} of a source's account websites no domain can be read",
        measure="share",
        unit="share",
        has_segments=True,
        query="""
select record_key as row_key, source_system as segment, domain is null as is_failing
from {batch} as records
where website is not null and not is_deleted
""",
    ),
    Rule(
        suite="domain_mapping",
        name="salesforce_account_has_website",
        schema="raw_salesforce",
        table="account",
        column="website",
        columns=("id", "website"),
        sentence="at most {threshold} of Salesforce's accounts come without a website",
        measure="share",
        unit="share",
        query="""
select cast(id as varchar) as row_key, website is null or trim(website) = '' as is_failing from {batch} as accounts
""",
    ),
    Rule(
        suite="domain_mapping",
        name="hubspot_company_has_domain",
        schema="raw_hubspot",
        table="company",
        column="property_domain",
        columns=("id", "property_domain"),
        sentence="at most {threshold} of HubSpot's companies come without a domain",
        measure="share",
        unit="share",
        query="""
select cast(id as varchar) as row_key, property_domain is null or trim(property_domain) = '' as is_failing
from {batch} as companies
""",
    ),
)
