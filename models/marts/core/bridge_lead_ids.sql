{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'lead_id'}
) }}

{#
    A lead's id is derived from its earliest record, so every id that was or could have been given out is the id of some
    record. All of them are kept, from the records alone and without memory: a rebuild from nothing resolves the same
    links as a thousand nightly runs. ADR 0130.
#}
-- depends_on: {{ ref('int_people__affected') }}
with

lead_records as (

    select record_key, lead_id
    from {{ ref('bridge_lead_records') }}
    where not is_excluded and {{ is_among('int_people__affected', 'record_key') }}

),

records as (

    {{ resolved_people() }}

),

leads as (

    select lead_id, created_at from {{ ref('int_people__leads') }}

),

stated_merges as (

    select record_key, min(stated_at) as stated_at
    from (
        select record_key, linked_record_key, max(stated_at) as stated_at
        from {{ ref('int_people__links') }}
        where rule = 'merge'
        group by record_key, linked_record_key
    ) as pairs
    group by record_key

),

lead_ids as (

    select
        {{ key(['lead_records.record_key']) }} as lead_id,
        lead_records.lead_id as current_lead_id,
        -- retired when the source says the records were joined, else when the younger one appeared beside the older
        case
            when {{ key(['lead_records.record_key']) }} <> lead_records.lead_id
                then coalesce(stated_merges.stated_at, records.created_at, leads.created_at)
        end as retired_at
    from lead_records
    inner join records on lead_records.record_key = records.record_key
    inner join leads on lead_records.lead_id = leads.lead_id
    left join stated_merges on lead_records.record_key = stated_merges.record_key

)

select * from lead_ids
