-- A claim on a domain without an account waits until a lead brings the account into being.
with

target_claims as (

    select * from {{ ref('int_accounts__target_claims') }}

),

accounts as (

    select account_id from {{ ref('int_accounts__accounts') }} where not is_deleted

),

targets as (

    select
        target_claims.account_id,
        target_claims.target_tier,
        target_claims.valid_from,
        target_claims.valid_to
    from target_claims
    inner join accounts on target_claims.account_id = accounts.account_id

)

select * from targets
