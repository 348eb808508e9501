{{ config(materialized='view') }}

-- A number for everything that a record's rows follow from. Made whole every time: one pass over the sources is what it
-- takes to know that nothing was missed, whatever changed it. Keys that only a link names have one too.
with

links as (

    select * from {{ ref('int_people__links') }}

),

address_changes as (

    select * from {{ ref('int_people__address_changes') }}

),

-- Whatever these say may be said of anybody.
lookup_parts as (

    select {{ fingerprint(["'suffix'", 'suffix', 'rule_kind', 'label_count']) }} as fingerprint
    from {{ source('reference', 'public_suffixes') }}
    union all
    select {{ fingerprint(["'listed'", 'domain', 'domain_class']) }}
    from {{ source('reference', 'listed_domains') }}
    union all
    select {{ fingerprint(["'country'", 'spelling', 'country_code']) }}
    from {{ source('reference', 'countries') }}
    union all
    select {{ fingerprint(["'class'", 'domain', 'domain_class']) }} from {{ ref('domain_class_overrides') }}
    union all
    select {{ fingerprint(["'internal'", 'domain']) }} from {{ ref('internal_domains') }}
    union all
    select {{ fingerprint(["'role'", 'local_part']) }} from {{ ref('role_mailboxes') }}
    union all
    select {{ fingerprint(["'test'", 'attribute', 'pattern', 'reason']) }} from {{ ref('test_record_patterns') }}
    union all
    select {{ fingerprint(["'survivorship'", 'entity', 'attribute', 'source_system', 'source_object', 'priority']) }}
    from {{ ref('survivorship') }}

),

lookups as (

    select sum(fingerprint) as fingerprint from lookup_parts

),

parts as (

    select record_key, {{ row_fingerprint() }} as fingerprint from {{ ref('int_people__united') }}
    union all
    select record_key, {{ hashed(["'link'", 'linked_record_key', 'rule', 'stated_at']) }} from links
    union all
    select linked_record_key, {{ hashed(["'linked'", 'record_key', 'rule', 'stated_at']) }} from links
    union all
    select record_key, {{ hashed(["'address'", 'old_value', 'new_value', 'changed_at']) }} from address_changes

),

summed as (

    select
        record_key,
        sum(fingerprint) as fingerprint
    from parts
    where record_key is not null
    group by record_key

),

fingerprints as (

    select
        summed.record_key,
        summed.fingerprint + lookups.fingerprint as fingerprint
    from summed
    cross join lookups

)

select * from fingerprints
