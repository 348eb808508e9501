-- HubSpot's e-mail events hang on an address: after a change of address they must still find their person.
with

records as (

    select record_key, email, created_at from {{ ref('int_people__records') }}

),

hubspot_contacts as (

    select hubspot_contact_id, translate(additional_emails, ',', ';') as additional_emails
    from {{ ref('stg_hubspot__contacts') }}

),

hubspot_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}

),

salesforce_lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}

),

salesforce_contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}

),

marketo_changes as (

    select * from {{ ref('stg_marketo__data_value_activities') }}

),

additional_emails as (

    {{ explode_text('hubspot_contacts', ['hubspot_contact_id'], 'additional_emails', ';') }}

),

changes as (

    select
        'hubspot:contact:' || hubspot_contact_id as record_key,
        cast(null as {{ api_type('string') }}) as old_email,
        {{ normalised_email('property_value') }} as new_email,
        changed_at
    from hubspot_history
    where property_name = 'email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:lead:' || salesforce_lead_id,
        {{ normalised_email('old_value') }},
        {{ normalised_email('new_value') }},
        changed_at
    from salesforce_lead_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'salesforce:contact:' || salesforce_contact_id,
        {{ normalised_email('old_value') }},
        {{ normalised_email('new_value') }},
        changed_at
    from salesforce_contact_history
    where field_name = 'Email' and changed_at <= {{ as_of() }}
    union all
    select
        'marketo:lead:' || marketo_lead_id,
        {{ normalised_email('old_value') }},
        {{ normalised_email('new_value') }},
        occurred_at
    from marketo_changes
    where lower(primary_attribute_value) in ('email', 'email address') and occurred_at <= {{ as_of() }}

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
        'hubspot:contact:' || additional_emails.hubspot_contact_id,
        {{ normalised_email('additional_emails.part') }},
        records.created_at,
        cast(null as timestamp)
    from additional_emails
    inner join records on records.record_key = 'hubspot:contact:' || additional_emails.hubspot_contact_id
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
        case when count(valid_from) = count(*) then min(valid_from) end as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to
    from spans
    where email is not null and record_key in (select record_key from records)
    group by record_key, email

)

select * from addresses
