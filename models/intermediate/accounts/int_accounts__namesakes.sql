-- The accounts that bear a company's name, or whose record did before it was merged away, the oldest first.
with

source_accounts as (

    select record_key, account_name
    from {{ ref('int_accounts__records') }}
    where not is_deleted or merged_into_record_key is not null

),

account_records as (

    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded

),

standings as (

    select account_id, age from {{ ref('int_accounts__standings') }} where not is_deleted

),

normalised_names as (

    select raw_name, normalised_name from {{ ref('int_names__normalised') }} where normalised_name is not null

),

account_names as (

    select distinct normalised_names.normalised_name, standings.account_id, standings.age
    from source_accounts
    inner join normalised_names on source_accounts.account_name = normalised_names.raw_name
    inner join account_records on source_accounts.record_key = account_records.record_key
    inner join standings on account_records.account_id = standings.account_id

),

named_accounts as (

    select
        normalised_name,
        account_id,
        row_number() over (
            partition by normalised_name order by age asc nulls last, account_id asc nulls last
        ) as name_rank,
        count(*) over (partition by normalised_name) as namesakes
    from account_names

)

select * from named_accounts
