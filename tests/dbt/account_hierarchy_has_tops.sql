-- A parent whose own ultimate parent is another one means that a cycle or a long chain was not followed to its end.
select accounts.account_id
from {{ ref('int_accounts__accounts') }} as accounts
left join {{ ref('int_accounts__accounts') }} as parents on accounts.parent_account_id = parents.account_id
where
    accounts.ultimate_parent_account_id is distinct from
    coalesce(parents.ultimate_parent_account_id, accounts.account_id)
