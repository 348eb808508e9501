{#
    Open duplicates inside one source: live records of one object that stand on one lead or account, and live accounts
    of one source with the same domain and name. The oldest is the one to keep. A converted lead is closed, not open.
#}
with

people as (

    select * from {{ ref('int_people__records') }}

),

people_links as (

    select distinct record_key, linked_record_key, rule from {{ ref('int_people__links') }}

),

lead_records as (

    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded

),

accounts as (

    select * from {{ ref('int_accounts__records') }}

),

account_links as (

    select distinct record_key, linked_record_key, rule from {{ ref('int_accounts__links') }}

),

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

normalised_names as (

    select raw_name, normalised_name from {{ ref('int_names__normalised') }}

),

converted as (

    select distinct record_key from people_links where rule = 'conversion'

),

open_records as (

    select
        'lead' as entity,
        lead_records.lead_id as entity_id,
        people.source_system,
        people.source_object,
        people.record_key,
        case when not people.is_role_mailbox then people.matching_email end as match_value,
        people.created_at
    from people
    inner join lead_records on people.record_key = lead_records.record_key
    left join converted on people.record_key = converted.record_key
    where not people.is_deleted and people.merged_into_record_key is null and converted.record_key is null
    union all
    select
        'account',
        account_records.account_id,
        accounts.source_system,
        accounts.source_object,
        accounts.record_key,
        case when accounts.domain_class = 'corporate' then accounts.domain end,
        accounts.created_at
    from accounts
    inner join account_records on accounts.record_key = account_records.record_key
    where not accounts.is_deleted and accounts.merged_into_record_key is null

),

aged as (

    select
        entity,
        entity_id,
        source_system,
        source_object,
        record_key,
        match_value,
        row_number() over (
            partition by entity, entity_id, source_system, source_object
            order by created_at asc nulls last, record_key asc nulls last
        ) as age
    from open_records

),

declared as (

    select record_key, linked_record_key from people_links where rule = 'declared_id'
    union all
    select record_key, linked_record_key from account_links where rule = 'declared_id'

),

declared_pairs as (

    select distinct a.record_key, b.record_key as other_record_key
    from declared as a
    inner join declared as b on a.linked_record_key = b.linked_record_key
    where a.record_key <> b.record_key

),

same_entity as (

    select
        duplicates.entity,
        duplicates.entity_id,
        duplicates.source_system,
        duplicates.source_object,
        duplicates.record_key,
        kept.record_key as kept_record_key,
        case
            when duplicates.match_value = kept.match_value and duplicates.entity = 'lead' then 'same_email'
            when duplicates.match_value = kept.match_value then 'same_domain'
            when declared_pairs.record_key is not null then 'same_declared_id'
            else 'through_other_records'
        end as rule
    from aged as duplicates
    inner join aged as kept
        on
            duplicates.entity = kept.entity
            and duplicates.entity_id = kept.entity_id
            and duplicates.source_system = kept.source_system
            and duplicates.source_object = kept.source_object
            and kept.age = 1
    left join declared_pairs
        on
            duplicates.record_key = declared_pairs.record_key
            and kept.record_key = declared_pairs.other_record_key
    where duplicates.age > 1

),

named_accounts as (

    select
        account_records.account_id,
        accounts.source_system,
        accounts.source_object,
        accounts.record_key,
        row_number() over (
            partition by accounts.source_system, accounts.domain, normalised_names.normalised_name
            order by accounts.created_at asc nulls last, accounts.record_key asc nulls last
        ) as age,
        first_value(accounts.record_key) over (
            partition by accounts.source_system, accounts.domain, normalised_names.normalised_name
            order by accounts.created_at asc nulls last, accounts.record_key asc nulls last
        ) as kept_record_key
    from accounts
    inner join account_records on accounts.record_key = account_records.record_key
    inner join normalised_names on accounts.account_name = normalised_names.raw_name
    where
        not accounts.is_deleted
        and accounts.merged_into_record_key is null
        and accounts.domain_class = 'corporate'
        and normalised_names.normalised_name is not null

),

-- accounts that the rules keep apart, though one person would call them one
same_name as (

    select
        'account' as entity,
        named_accounts.account_id as entity_id,
        named_accounts.source_system,
        named_accounts.source_object,
        named_accounts.record_key,
        named_accounts.kept_record_key,
        'same_domain_and_name' as rule
    from named_accounts
    inner join account_records as kept on named_accounts.kept_record_key = kept.record_key
    where named_accounts.age > 1 and named_accounts.account_id <> kept.account_id

),

duplicates as (

    select entity, entity_id, source_system, source_object, record_key, kept_record_key, rule from same_entity
    union all
    select entity, entity_id, source_system, source_object, record_key, kept_record_key, rule from same_name

),

described as (

    select
        {{ key(['record_key', 'kept_record_key', 'rule']) }} as duplicate_id,
        entity,
        case when entity = 'lead' then entity_id end as lead_id,
        case when entity = 'account' then entity_id end as account_id,
        source_system,
        source_object,
        record_key,
        kept_record_key,
        rule,
        'Merge ' || record_key || ' into ' || kept_record_key || ' in ' || source_system as action
    from duplicates

)

select * from described
