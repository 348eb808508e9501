-- Accounts that may only be inferred are claimed too; int_accounts__targets keeps those that exist.
-- On the list from the start of the day it was added, in the reporting time zone, once both teams agreed. Without
-- both, or without an account that the reference names, a row is not on the list.
with

target_accounts as (

    select * from {{ ref('target_accounts') }}

),

account_references as (

    select account_ref, account_id from {{ ref('int_accounts__references') }}

),

agreed as (

    select
        account_references.account_id,
        target_accounts.target_tier,
        coalesce(
            {{ local_day_start('target_accounts.added_on', setting('reporting_time_zone')) }},
            cast('1900-01-01' as timestamp)
        ) as valid_from,
        {{ local_day_start('target_accounts.removed_on', setting('reporting_time_zone')) }} as valid_to
    from target_accounts
    inner join account_references on target_accounts.account_ref = account_references.account_ref
    where
        nullif(trim(target_accounts.sales_agreed_by), '') is not null
        and nullif(trim(target_accounts.marketing_agreed_by), '') is not null

),

targets as (

    -- two rows for one account and day are one stay, on the better tier
    select account_id, min(target_tier) as target_tier, valid_from, valid_to
    from agreed
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to > valid_from)
    group by account_id, valid_from, valid_to

)

select * from targets
