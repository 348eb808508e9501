{{ config(materialized='incremental', incremental_strategy='by_news') }}

-- Every statement of a source that two account records are one. HubSpot lists what a company swallowed; a declared
-- Salesforce account id names the other system's record. `kind` and `source_id` name the row that says so.
-- depends_on: {{ ref('int_records__news') }}
with

salesforce_accounts as (

    select salesforce_account_id, merged_into_salesforce_account_id, created_at
    from {{ ref('stg_salesforce__accounts') }}
    {{ only_news('salesforce:account', 'salesforce_account_id') }}

),

hubspot_companies as (

    select
        hubspot_company_id,
        {{ merged_ids('merged_hubspot_company_ids') }} as merged_hubspot_company_ids,
        salesforce_account_id,
        created_at
    from {{ ref('stg_hubspot__companies') }}
    {{ only_news('hubspot:company', 'hubspot_company_id') }}

),

hubspot_merged_ids as (

    {{ explode_text('hubspot_companies', ['hubspot_company_id', 'created_at'], 'merged_hubspot_company_ids', ';') }}

),

statements as (

    select
        'salesforce:account' as kind,
        salesforce_account_id as source_id,
        'salesforce:account:' || salesforce_account_id as record_key,
        'salesforce:account:' || merged_into_salesforce_account_id as linked_record_key,
        'merge' as rule,
        created_at as said_at
    from salesforce_accounts
    union all
    select
        'hubspot:company',
        hubspot_company_id,
        'hubspot:company:' || {{ merged_id() }},
        'hubspot:company:' || hubspot_company_id,
        'merge',
        created_at
    from hubspot_merged_ids
    union all
    select
        'hubspot:company',
        hubspot_company_id,
        'hubspot:company:' || hubspot_company_id,
        'salesforce:account:' || salesforce_account_id,
        'declared_id',
        created_at
    from hubspot_companies

),

links as (

    select distinct
        kind,
        source_id,
        record_key,
        linked_record_key,
        rule
    from statements
    where
        record_key is not null
        and linked_record_key is not null
        and record_key <> linked_record_key
        and (said_at is null or said_at <= {{ as_of() }})

)

select * from links
