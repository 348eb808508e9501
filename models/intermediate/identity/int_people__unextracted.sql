{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__affected', 'key': 'record_key'}
) }}

-- Whom a pointer at a record means that was merged away before anybody extracted it.
-- depends_on: {{ ref('int_people__affected') }}
-- depends_on: {{ ref('int_people__nodes') }}
with

unextracted as (

    {{ unextracted_keys(
        'lead_id', 'bridge_lead_records', 'int_people__nodes', 'int_people__components', 'int_people__affected'
    ) }}

)

select * from unextracted
