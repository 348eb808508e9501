{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='host') }}

{#
    The public suffix list applied once per host: the longest rule wins, an exception beats every rule, and a host that
    no rule names stands on its last label. Labels are counted from the right. A host keeps what it was read
    as, until the lists change; one that nobody bears any more does no harm.
#}
{%- set depth = 8 -%}
-- depends_on: {{ ref('int_records__news') }}
with

salesforce_leads as (

    select email from {{ ref('stg_salesforce__leads') }}
    {{ only_news('salesforce:lead', 'salesforce_lead_id') }}

),

salesforce_contacts as (

    select email from {{ ref('stg_salesforce__contacts') }}
    {{ only_news('salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_contacts as (

    select email from {{ ref('stg_hubspot__contacts') }}
    {{ only_news('hubspot:contact', 'hubspot_contact_id') }}

),

marketo_leads as (

    select email from {{ ref('stg_marketo__leads') }}
    {{ only_news('marketo:lead', 'marketo_lead_id') }}

),

pardot_prospects as (

    select email from {{ ref('stg_pardot__prospects') }}
    {{ only_news('pardot:prospect', 'pardot_prospect_id') }}

),

-- Ids of accounts are kept for the domains that people once bore.
address_changes as (

    select old_value, new_value from {{ ref('int_people__address_changes') }}
    {% if is_incremental() %}where {{ is_in('int_records__news', 'source_id') }}{% endif %}

),

salesforce_accounts as (

    select website from {{ ref('stg_salesforce__accounts') }}
    {{ only_news('salesforce:account', 'salesforce_account_id') }}

),

hubspot_companies as (

    select hubspot_company_id, domain, website, translate(additional_domains, ',', ';') as additional_domains
    from {{ ref('stg_hubspot__companies') }}
    {{ only_news('hubspot:company', 'hubspot_company_id') }}

),

web_visits as (

    select email, domain from {{ ref('stg_files__web_visits') }}
    {{ only_news('files:web_visit', 'web_visit_id') }}

),

intent_signals as (

    select email, domain from {{ ref('stg_files__intent_signals') }}
    {{ only_news('files:intent_signal', 'intent_signal_id') }}

),

lead_account_overrides as (

    select account_ref from {{ ref('lead_account_overrides') }}

),

target_accounts as (

    select account_ref from {{ ref('target_accounts') }}

),

idna_hosts as (

    select host, host_ascii from {{ source('reference', 'idna_hosts') }}

),

public_suffixes as (

    select suffix, rule_kind, label_count from {{ source('reference', 'public_suffixes') }}

),

listed_domains as (

    select domain, domain_class from {{ source('reference', 'listed_domains') }}

),

domain_class_overrides as (

    select domain, domain_class from {{ ref('domain_class_overrides') }}

),

internal_domains as (

    select domain from {{ ref('internal_domains') }}

),

-- Far fewer hosts than addresses: what is not an address has no dotted host, or one that costs nothing.
address_hosts as (

    select split_part(email, '@', 2) as host from salesforce_leads
    union
    select split_part(email, '@', 2) as host from salesforce_contacts
    union
    select split_part(email, '@', 2) as host from hubspot_contacts
    union
    select split_part(email, '@', 2) as host from marketo_leads
    union
    select split_part(email, '@', 2) as host from pardot_prospects
    union
    select split_part(old_value, '@', 2) as host from address_changes
    union
    select split_part(new_value, '@', 2) as host from address_changes
    union
    select split_part(email, '@', 2) as host from web_visits
    union
    select split_part(email, '@', 2) as host from intent_signals

),

additional_domains as (

    {{ explode_text('hubspot_companies', ['hubspot_company_id'], 'additional_domains', ';') }}

),

websites as (

    select website from salesforce_accounts
    union
    select website from hubspot_companies
    union
    select domain as website from hubspot_companies
    union
    select part as website from additional_domains
    union
    select domain as website from web_visits
    union
    select domain as website from intent_signals
    union
    select account_ref as website from lead_account_overrides
    union
    select account_ref as website from target_accounts

),

hosts as (

    select {{ address_host('host') }} as host from address_hosts
    union
    select {{ host_of('website') }} as host from websites

),

ascii_hosts as (

    select
        hosts.host,
        case when idna_hosts.host is null then hosts.host else idna_hosts.host_ascii end as ascii_host
    from hosts
    left join idna_hosts on hosts.host = idna_hosts.host

),

-- An address in numbers and a host with characters no host may have stand on no domain; nor does a missing one.
named_hosts as (

    select
        host,
        ascii_host,
        length(ascii_host) - length(replace(ascii_host, '.', '')) + 1 as label_count
    from ascii_hosts
    where
        not {{ regex_matches('ascii_host', "'^[0-9.]+$'") }}
        and not {{ regex_matches('ascii_host', "'[ /:;,?#%&=()<>@]|^[.]|[.][.]|[.]$|^$|[[]|[]]'") }}

),

tails as (

    select
        host,
        label_count,
        split_part(ascii_host, '.', -1) as tail_1
        {%- for labels in range(2, depth + 1) %},
        split_part(ascii_host, '.', -{{ labels }}) || '.' || tail_{{ labels - 1 }} as tail_{{ labels }}
        {%- endfor %}
    from named_hosts

),

suffix_candidates as (

    {%- for labels in range(1, depth - 1) %}
    {% if not loop.first %}union all{% endif %}
    select host, {{ labels }} as labels, tail_{{ labels }} as suffix
    from tails where label_count >= {{ labels }}
    {%- endfor %}

),

matched_rules as (

    select
        suffix_candidates.host,
        max(case when public_suffixes.rule_kind = 'exception' then suffix_candidates.labels - 1 end)
            as exception_labels,
        max(
            case
                when public_suffixes.rule_kind = 'normal' then suffix_candidates.labels
                -- *.ck makes ck itself a suffix too: nothing is left of it to register
                when public_suffixes.rule_kind = 'wildcard' then suffix_candidates.labels + 1
            end
        ) as rule_labels
    from suffix_candidates
    inner join public_suffixes
        on
            suffix_candidates.suffix = public_suffixes.suffix
            and suffix_candidates.labels = public_suffixes.label_count
    group by suffix_candidates.host

),

suffixed as (

    select
        tails.host,
        tails.label_count,
        {%- for labels in range(1, depth + 1) %}
        tails.tail_{{ labels }},
        {%- endfor %}
        coalesce(matched_rules.exception_labels, matched_rules.rule_labels, 1) as suffix_labels
    from tails
    left join matched_rules on tails.host = matched_rules.host

),

registrable as (

    select
        host,
        case suffix_labels
            {%- for labels in range(1, depth) %}
            when {{ labels }} then tail_{{ labels + 1 }}
            {%- endfor %}
        end as domain
    from suffixed
    where label_count > suffix_labels

),

-- Ours beat theirs; a domain on both public lists is the more telling of the two.
classes as (

    select
        domain,
        coalesce(
            min(domain_class) filter (where class_rank = 1),
            min(domain_class) filter (where class_rank = 2),
            min(domain_class) filter (where class_rank = 3)
        ) as domain_class
    from (
        select coalesce(idna_hosts.host_ascii, ours.domain) as domain, ours.domain_class, ours.class_rank
        from (
            select lower(trim(domain)) as domain, domain_class, 1 as class_rank from domain_class_overrides
            union all
            select lower(trim(domain)) as domain, 'internal' as domain_class, 2 as class_rank from internal_domains
        ) as ours
        left join idna_hosts on ours.domain = idna_hosts.host
        union all
        select domain, domain_class, 3 as class_rank from listed_domains
    ) as claims
    group by domain

),

classified as (

    select
        registrable.host,
        registrable.domain,
        coalesce(classes.domain_class, 'corporate') as domain_class
    from registrable
    left join classes on registrable.domain = classes.domain

)

select * from classified
