-- No statement of a source may join two accounts: that would be a component cut short.
select account_records.account_id, linked_records.account_id as other_account_id
from {{ ref('int_accounts__links') }} as links
inner join {{ ref('bridge_account_records') }} as account_records on links.record_key = account_records.record_key
inner join {{ ref('bridge_account_records') }} as linked_records on links.linked_record_key = linked_records.record_key
where account_records.account_id <> linked_records.account_id
