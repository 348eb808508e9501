{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_accounts__affected', 'key': 'record_key'}
) }}

-- Which account a pointer at a record means that was merged away before anybody extracted it.
-- depends_on: {{ ref('int_accounts__affected') }}
-- depends_on: {{ ref('int_accounts__nodes') }}
with

unextracted as (

    {{ unextracted_keys(
        'account_id', 'bridge_account_records', 'int_accounts__nodes', 'int_accounts__components',
        'int_accounts__affected'
    ) }}

)

select * from unextracted
