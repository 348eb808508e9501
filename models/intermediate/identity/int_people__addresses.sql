{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__changed', 'key': 'record_key'}
) }}

-- HubSpot's e-mail events hang on an address: after a change of address they must still find their person.
-- depends_on: {{ ref('int_people__changed') }}
-- depends_on: {{ ref('int_people__former_addresses') }}
with

records as (

    select * from (
        {{ resolved_people() }}
    ) as resolved
    where {{ is_among('int_people__changed', 'record_key') }}

),

address_changes as (

    select * from {{ ref('int_people__address_changes') }}
    where {{ is_among('int_people__changed', 'record_key') }}

),

additional_emails as (

    {{ explode_text('records', ['record_key'], 'additional_emails', ';') }}

),

changes as (

    select
        record_key,
        {{ normalised_email('old_value') }} as old_email,
        {{ normalised_email('new_value') }} as new_email,
        changed_at
    from address_changes

),

ordered as (

    select
        record_key,
        old_email,
        new_email,
        changed_at,
        lag(changed_at) over changes_of_record as previous_at,
        lead(changed_at) over changes_of_record as next_at
    from changes
    window changes_of_record as (
        partition by record_key
        order by changed_at asc nulls first, new_email asc nulls last, old_email asc nulls last
    )

),

spans as (

    -- a change's new value holds until the next change, its old value since the one before
    select record_key, new_email as email, changed_at as valid_from, next_at as valid_to from ordered
    union all
    select
        ordered.record_key,
        ordered.old_email,
        coalesce(ordered.previous_at, records.created_at),
        ordered.changed_at
    from ordered
    inner join records on ordered.record_key = records.record_key
    union all
    select
        additional_emails.record_key,
        {{ normalised_email('additional_emails.part') }},
        records.created_at,
        cast(null as timestamp)
    from additional_emails
    inner join records on additional_emails.record_key = records.record_key
    union all
    -- today's address, since the last change to it or the record's creation
    select
        records.record_key,
        records.email,
        coalesce(latest.changed_at, records.created_at),
        cast(null as timestamp)
    from records
    left join (
        select record_key, new_email, max(changed_at) as changed_at
        from changes
        group by record_key, new_email
    ) as latest
        on records.record_key = latest.record_key and records.email = latest.new_email

),

addresses as (

    select
        record_key,
        email,
        {{ matching_email('email') }} as matching_email,
        case when count(valid_from) = count(*) then min(valid_from) end as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to
    from spans
    where email is not null and record_key in (select record_key from records)
    group by record_key, email

)

select * from addresses
