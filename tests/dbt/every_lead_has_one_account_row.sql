-- An inner join on the accounts once dropped every lead without one, and reports lost them silently.
select coalesce(leads.lead_id, lead_accounts.lead_id) as lead_id
from {{ ref('int_people__leads') }} as leads
full outer join {{ ref('bridge_lead_accounts') }} as lead_accounts on leads.lead_id = lead_accounts.lead_id
where leads.lead_id is null or lead_accounts.lead_id is null
