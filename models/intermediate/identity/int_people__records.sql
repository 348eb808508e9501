{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__changed', 'key': 'record_key'}
) }}

-- Read anew for who changed.
-- depends_on: {{ ref('int_people__changed') }}
with

united as (

    select * from {{ ref('int_people__united') }}

),

links as (

    select * from {{ ref('int_people__links') }}

),

hosts as (

    select * from {{ ref('int_domains__hosts') }}

),

role_mailboxes as (

    select distinct lower(trim(local_part)) as local_part from {{ ref('role_mailboxes') }}

),

countries as (

    select spelling, country_code from {{ source('reference', 'countries') }}

),

existing as (

    select
        record_key,
        source_system,
        source_object,
        source_id,
        raw_email,
        first_name,
        last_name,
        full_name,
        title,
        company_name,
        website,
        country,
        country_code,
        phone,
        lead_source,
        status,
        lead_status_reason,
        owner_id,
        is_opted_out,
        bounced_at,
        is_address_refused,
        is_deleted,
        account_record_key,
        created_at,
        modified_at,
        loaded_at,
        first_loaded_at,
        {{ normalised_email('raw_email') }} as email
    from united
    where {{ is_among('int_people__changed', 'record_key') }}

),

addressed as (

    select
        record_key,
        source_system,
        source_object,
        source_id,
        raw_email,
        first_name,
        last_name,
        full_name,
        title,
        company_name,
        website,
        country,
        country_code,
        phone,
        lead_source,
        status,
        lead_status_reason,
        owner_id,
        is_opted_out,
        bounced_at,
        is_address_refused,
        is_deleted,
        account_record_key,
        created_at,
        modified_at,
        loaded_at,
        first_loaded_at,
        email,
        split_part(email, '@', 2) as email_host,
        {{ matching_email('email') }} as matching_email
    from existing

),

-- The latest merge that a source dates says where a record went; an undated list says it only if nothing else does.
stated_merges as (

    select record_key, linked_record_key as merged_into_record_key
    from (
        select
            record_key,
            linked_record_key,
            row_number() over (
                partition by record_key order by stated_at desc nulls last, linked_record_key asc nulls last
            ) as merge_rank
        from links
        where rule = 'merge'
    ) as ranked
    where merge_rank = 1

),

records as (

    select
        addressed.record_key,
        addressed.source_system,
        addressed.source_object,
        addressed.source_id,
        addressed.email,
        addressed.raw_email,
        addressed.matching_email,
        hosts.domain as email_domain,
        hosts.domain_class as email_domain_class,
        role_mailboxes.local_part is not null as is_role_mailbox,
        addressed.first_name,
        addressed.last_name,
        addressed.full_name,
        addressed.title,
        addressed.company_name,
        addressed.website,
        coalesce(codes.country_code, names.country_code) as country_code,
        addressed.phone,
        addressed.lead_source,
        addressed.status,
        addressed.lead_status_reason,
        addressed.owner_id,
        addressed.is_opted_out,
        addressed.bounced_at,
        addressed.is_address_refused,
        addressed.is_deleted,
        stated_merges.merged_into_record_key,
        addressed.account_record_key,
        addressed.created_at,
        addressed.modified_at,
        addressed.loaded_at,
        addressed.first_loaded_at
    from addressed
    left join hosts on addressed.email_host = hosts.host
    left join role_mailboxes on split_part(addressed.matching_email, '@', 1) = role_mailboxes.local_part
    left join countries as codes on lower(addressed.country_code) = codes.spelling
    left join countries as names on lower(addressed.country) = names.spelling
    left join stated_merges on addressed.record_key = stated_merges.record_key

)

select * from records
