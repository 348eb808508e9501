-- No statement of a source and no shared address may join two leads: that would be a component cut short.
with

linked_pairs as (

    select lead_records.lead_id, linked_records.lead_id as other_lead_id
    from {{ ref('int_people__links') }} as links
    inner join {{ ref('bridge_lead_records') }} as lead_records on links.record_key = lead_records.record_key
    inner join {{ ref('bridge_lead_records') }} as linked_records
        on links.linked_record_key = linked_records.record_key

),

shared_addresses as (

    select min(lead_records.lead_id) as lead_id, max(lead_records.lead_id) as other_lead_id
    from {{ ref('int_people__records') }} as records
    inner join {{ ref('bridge_lead_records') }} as lead_records on records.record_key = lead_records.record_key
    where records.matching_email is not null and not records.is_role_mailbox
    group by records.matching_email

)

select lead_id, other_lead_id from linked_pairs where lead_id <> other_lead_id
union all
select lead_id, other_lead_id from shared_addresses where lead_id <> other_lead_id
