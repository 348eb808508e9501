{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'lead_id'}
) }}

{#
    Attributes survive one by one: a live record before a deleted or merged-away one, then the order that both teams
    declared, then the newest, then the smaller key. The four are packed into one number per attribute, so that the
    winner is a minimum and nothing is sorted per attribute.
#}
{%- set attributes = {
    'email': 'email',
    'full_name': 'full_name',
    'title': 'title',
    'company_name': 'company_name',
    'country': 'country_code',
    'owner_id': 'owner_id',
    'lead_source': 'lead_source',
} -%}
-- depends_on: {{ ref('int_people__affected') }}
with

records as (

    {{ resolved_people() }}

),

lead_records as (

    select record_key, lead_id
    from {{ ref('bridge_lead_records') }}
    where not is_excluded and {{ is_among('int_people__affected', 'lead_id') }}

),

hosts as (

    select host, domain, domain_class from {{ ref('int_domains__hosts') }}

),

survivorship as (

    select
        source_system,
        source_object
        {%- for attribute in attributes %},
        min(priority) filter (where attribute = '{{ attribute }}') as {{ attribute }}_priority
        {%- endfor %}
    from {{ ref('survivorship') }}
    where entity = 'lead'
    group by source_system, source_object

),

ranked as (

    select
        lead_records.lead_id,
        records.record_key,
        records.source_system,
        records.source_object,
        records.email,
        records.first_name,
        records.last_name,
        records.full_name,
        records.title,
        records.company_name,
        records.country_code,
        records.owner_id,
        records.lead_source,
        records.is_opted_out,
        records.is_deleted,
        records.created_at,
        records.first_loaded_at,
        records.is_deleted or records.merged_into_record_key is not null as is_dead,
        records.merged_into_record_key,
        row_number() over (
            partition by lead_records.lead_id
            order by records.modified_at desc nulls last, records.record_key asc nulls last
        ) as newness
    from records
    inner join lead_records on records.record_key = lead_records.record_key

),

weighed as (

    select
        ranked.lead_id,
        ranked.record_key,
        ranked.email,
        ranked.first_name,
        ranked.last_name,
        ranked.full_name,
        ranked.title,
        ranked.company_name,
        ranked.country_code,
        ranked.owner_id,
        ranked.lead_source,
        ranked.is_opted_out,
        ranked.is_deleted,
        ranked.merged_into_record_key,
        ranked.created_at,
        ranked.first_loaded_at,
        ranked.lead_id = {{ key(['ranked.record_key']) }} as is_first
        {%- for attribute in attributes %},
        (case when ranked.is_dead then 1000000 else 0 end + coalesce(survivorship.{{ attribute }}_priority, 1000))
        * 10000000000 + ranked.newness as {{ attribute }}_weight
        {%- endfor %}
    from ranked
    left join survivorship
        on
            ranked.source_system = survivorship.source_system
            and ranked.source_object = survivorship.source_object

),

survived as (

    select
        lead_id,
        min_by(email, email_weight) filter (where email is not null) as email,
        -- both parts of the name come from the record that gave the full name
        nullif(min_by(coalesce(first_name, ''), full_name_weight) filter (where full_name is not null), '')
            as first_name,
        nullif(min_by(coalesce(last_name, ''), full_name_weight) filter (where full_name is not null), '')
            as last_name,
        min_by(full_name, full_name_weight) filter (where full_name is not null) as full_name,
        min_by(title, title_weight) filter (where title is not null) as title,
        min_by(company_name, company_name_weight) filter (where company_name is not null) as company_name,
        min_by(country_code, country_weight) filter (where country_code is not null) as country_code,
        min_by(owner_id, owner_id_weight) filter (where owner_id is not null) as owner_id,
        min_by(lead_source, lead_source_weight) filter (where lead_source is not null) as lead_source,
        max(case when is_opted_out then 1 else 0 end) = 1 as is_opted_out,
        {{ are_all_gone() }} as is_deleted,
        max(case when is_first then record_key end) as first_record_key,
        max(case when is_first then created_at end) as created_at,
        min(first_loaded_at) as first_loaded_at
    from weighed
    group by lead_id

),

leads as (

    select
        survived.lead_id,
        survived.email,
        hosts.domain as email_domain,
        hosts.domain_class as email_domain_class,
        survived.first_name,
        survived.last_name,
        survived.full_name,
        survived.title,
        survived.company_name,
        survived.country_code,
        survived.owner_id,
        survived.lead_source,
        survived.is_opted_out,
        survived.is_deleted,
        survived.first_record_key,
        survived.created_at,
        survived.first_loaded_at
    from survived
    left join hosts on split_part(survived.email, '@', 2) = hosts.host

)

select * from leads
