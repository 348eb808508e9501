{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__changed', 'key': 'record_key'}
) }}

{#
    The fields of a person record that carry its status, over time. History tables say what changed; what they miss
    (the first value, and everything before tracking was switched on) is dated at the record's creation.
#}
-- Read anew for who changed.
-- depends_on: {{ ref('int_people__changed') }}
with

salesforce_leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where {{ is_record_among('int_people__changed', 'salesforce:lead', 'salesforce_lead_id') }}

),

salesforce_contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}
    where {{ is_record_among('int_people__changed', 'salesforce:contact', 'salesforce_contact_id') }}

),

hubspot_contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where {{ is_record_among('int_people__changed', 'hubspot:contact', 'hubspot_contact_id') }}

),

marketo_leads as (

    select * from {{ ref('stg_marketo__leads') }}
    where {{ is_record_among('int_people__changed', 'marketo:lead', 'marketo_lead_id') }}

),

lead_history as (

    select * from {{ ref('stg_salesforce__lead_history') }}
    where {{ is_record_among('int_people__changed', 'salesforce:lead', 'salesforce_lead_id') }}

),

contact_history as (

    select * from {{ ref('stg_salesforce__contact_history') }}
    where {{ is_record_among('int_people__changed', 'salesforce:contact', 'salesforce_contact_id') }}

),

property_history as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}
    where {{ is_record_among('int_people__changed', 'hubspot:contact', 'trim(hubspot_contact_id)') }}

),

data_value_changes as (

    select * from {{ ref('stg_marketo__data_value_activities') }}
    where {{ is_record_among('int_people__changed', 'marketo:lead', 'trim(marketo_lead_id)') }}

),

current_values as (

{%- set sources = [
    ('salesforce', 'lead', 'salesforce_leads', 'salesforce_lead_id',
        {'status': 'status', 'rejection_reason': 'rejection_reason'}),
    ('salesforce', 'contact', 'salesforce_contacts', 'salesforce_contact_id',
        {'status': 'status', 'rejection_reason': 'rejection_reason'}),
    ('hubspot', 'contact', 'hubspot_contacts', 'hubspot_contact_id',
        {'lead_status': 'lead_status', 'lifecycle_stage': 'lifecycle_stage', 'rejection_reason': 'rejection_reason'}),
    ('marketo', 'lead', 'marketo_leads', 'marketo_lead_id',
        {'status': 'status', 'rejection_reason': 'rejection_reason'}),
] %}
{%- for system, object, relation, id, fields in sources %}
    {%- set is_last_source = loop.last %}
    {%- for field, column in fields.items() %}
    select
        '{{ system }}:{{ object }}:' || {{ id }} as record_key,
        '{{ system }}' as source_system,
        '{{ object }}' as source_object,
        '{{ field }}' as field,
        {{ column }} as raw_value,
        created_at,
        {{ first_shown_at('first_loaded_at', 'loaded_at', 'created_at') }} as loaded_at
    from {{ relation }}
    {%- if not (loop.last and is_last_source) %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endfor %}

),

salesforce_changes as (

{%- for object, relation, names in [
    ('lead', 'lead_history', ['status']),
    ('contact', 'contact_history', ['contact_status_c', 'contact_status', 'status_c', 'status']),
] %}
    select
        'salesforce:{{ object }}:' || salesforce_{{ object }}_id as record_key,
        case
            when
                field_name in ('{{ names | join("', '") }}')
                then 'status'
            when field_name in ('rejection_reason_c', 'rejection_reason') then 'rejection_reason'
        end as field,
        old_value,
        new_value,
        changed_at,
        'salesforce:{{ object }}_history:' || salesforce_{{ object }}_history_id as source_record_key,
        'salesforce:user:' || created_by_id as actor_id,
        loaded_at
    from (
        select
            salesforce_{{ object }}_id,
            salesforce_{{ object }}_history_id,
            -- The API writes Rejection_Reason__c, loaders write rejection_reason_c.
            replace(lower(trim(field_name)), '__c', '_c') as field_name,
            {{ picklist('old_value') }} as old_value,
            {{ picklist('new_value') }} as new_value,
            changed_at,
            created_by_id,
            first_loaded_at as loaded_at
        from {{ relation }}
        where not is_deleted
    ) as {{ object }}_changes
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}

),

hubspot_changes as (

    select
        'hubspot:contact:' || trim(property_history.hubspot_contact_id) as record_key,
        case lower(trim(property_history.property_name))
            when 'hs_lead_status' then 'lead_status'
            when 'lifecyclestage' then 'lifecycle_stage'
            when 'rejection_reason' then 'rejection_reason'
        end as field,
        cast(null as {{ api_type('string') }}) as old_value,
        {{ picklist('property_history.property_value') }} as new_value,
        property_history.changed_at,
        'hubspot:contact:' || trim(property_history.hubspot_contact_id) as source_record_key,
        'hubspot:user:' || nullif(regexp_extract(property_history.change_source_id, 'userId:([0-9]+)', 1), '')
            as actor_id,
        property_history.first_loaded_at as loaded_at
    from property_history
    where
        not property_history.is_deleted
        and lower(trim(property_history.property_name)) in (
            'hs_lead_status', 'lifecyclestage', 'rejection_reason'
        )

),

marketo_changes as (

    select
        'marketo:lead:' || trim(marketo_lead_id) as record_key,
        case {{ regex_replace_all('lower(primary_attribute_value)', "'[^a-z]'", "''") }}
            when 'leadstatus' then 'status'
            when 'rejectionreason' then 'rejection_reason'
        end as field,
        {{ picklist('old_value') }} as old_value,
        {{ picklist('new_value') }} as new_value,
        occurred_at as changed_at,
        'marketo:data_value:' || marketo_activity_id as source_record_key,
        cast(null as {{ api_type('string') }}) as actor_id,
        first_loaded_at as loaded_at
    from data_value_changes
    where not is_deleted

),

all_changes as (

    select
        record_key,
        field,
        old_value,
        new_value,
        changed_at,
        source_record_key,
        actor_id,
        loaded_at
    from salesforce_changes
    union all
    select
        record_key,
        field,
        old_value,
        new_value,
        changed_at,
        source_record_key,
        actor_id,
        loaded_at
    from hubspot_changes
    union all
    select
        record_key,
        field,
        old_value,
        new_value,
        changed_at,
        source_record_key,
        actor_id,
        loaded_at
    from marketo_changes

),

changes as (

    select
        record_key,
        field,
        old_value,
        new_value,
        changed_at,
        source_record_key,
        actor_id,
        loaded_at,
        -- History ids grow with time, so they order what one save changed at one instant.
        row_number() over (
            partition by record_key, field
            order by
                changed_at nulls last,
                length(source_record_key) nulls last,
                source_record_key nulls last,
                new_value nulls first
        ) as change_number
    from all_changes
    where field is not null and changed_at is not null

),

-- The first value: what the first change replaced; today's value where nothing ever changed.
first_values as (

    select
        current_values.record_key,
        current_values.field,
        case when changes.record_key is null then current_values.raw_value else changes.old_value end
            as raw_value,
        current_values.created_at as valid_from,
        cast(0 as bigint) as change_number,
        current_values.record_key as source_record_key,
        cast(null as {{ api_type('string') }}) as actor_id,
        true as is_inferred,
        current_values.loaded_at
    from current_values
    left join changes
        on
            current_values.record_key = changes.record_key
            and current_values.field = changes.field
            and changes.change_number = 1
    where
        case when changes.record_key is null then current_values.raw_value else changes.old_value end is not null
        and (changes.record_key is null or changes.changed_at > current_values.created_at)

),

entries as (

    select
        record_key,
        field,
        raw_value,
        valid_from,
        change_number,
        source_record_key,
        actor_id,
        is_inferred,
        loaded_at
    from first_values
    union all
    select
        record_key,
        field,
        new_value,
        changed_at,
        cast(change_number as bigint),
        source_record_key,
        actor_id,
        false,
        loaded_at
    from changes

),

ordered_entries as (

    select
        record_key,
        field,
        raw_value,
        valid_from,
        change_number,
        source_record_key,
        actor_id,
        is_inferred,
        loaded_at,
        lag(raw_value) over (
            partition by record_key, field
            order by valid_from nulls last, change_number nulls last
        ) as previous_value
    from entries
    where valid_from <= {{ as_of() }}

),

-- Setting a field to what it already was changes nothing.
distinct_entries as (

    select
        record_key,
        field,
        raw_value,
        valid_from,
        lead(valid_from) over (
            partition by record_key, field
            order by valid_from nulls last, change_number nulls last
        ) as valid_to,
        change_number,
        source_record_key,
        actor_id,
        is_inferred,
        loaded_at
    from ordered_entries
    where raw_value is distinct from previous_value

),

field_spans as (

    select
        record_key,
        split_part(record_key, ':', 1) as source_system,
        split_part(record_key, ':', 2) as source_object,
        field,
        raw_value,
        valid_from,
        valid_to,
        change_number,
        source_record_key,
        actor_id,
        is_inferred,
        loaded_at
    from distinct_entries
    where raw_value is not null

)

select * from field_spans
