-- A record that no bridge row names loses its activities on the way to the marts.
select records.record_key
from {{ ref('int_people__records') }} as records
left join {{ ref('bridge_lead_records') }} as lead_records on records.record_key = lead_records.record_key
where lead_records.record_key is null
