with

account_domains as (

    select domain, account_id, domain_class, is_primary from {{ ref('int_accounts__domains') }}

),

inferred_accounts as (

    select account_id, primary_domain from {{ ref('int_accounts__accounts') }} where is_inferred

),

all_domains as (

    select
        domain,
        account_id,
        domain_class,
        is_primary,
        count(*) over (partition by domain) > 1 as is_ambiguous
    from account_domains
    union all
    select primary_domain, account_id, 'corporate', true, false from inferred_accounts

)

select * from all_domains
