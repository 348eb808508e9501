{#
    The fingerprints under which the stored people were worked out. Comes after every model that is built by key: if one of
    them fails or the night is killed, this stays as it was, and the next night works out everybody who differs from it.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_people__changed', 'key': 'record_key'},
    post_hook=[
        'delete from {{ ref(\'int_people__changed\') }}',
        'delete from {{ ref(\'int_people__affected\') }}',
        'delete from {{ ref(\'int_people__rematched\') }}',
    ]
) }}

-- depends_on: {{ ref('int_people__affected') }}
-- depends_on: {{ ref('int_people__rematched') }}
-- depends_on: {{ ref('int_people__nodes') }}
-- depends_on: {{ ref('int_people__records') }}
-- depends_on: {{ ref('int_people__addresses') }}
-- depends_on: {{ ref('int_people__components') }}
-- depends_on: {{ ref('int_people__leads') }}
-- depends_on: {{ ref('int_names__normalised') }}
-- depends_on: {{ ref('bridge_lead_records') }}
-- depends_on: {{ ref('bridge_lead_ids') }}
-- depends_on: {{ ref('bridge_lead_accounts') }}
-- depends_on: {{ ref('int_people__matched') }}
with

changed as (

    select * from {{ ref('int_people__changed') }}

),

built as (

    select record_key, fingerprint from changed
    where fingerprint is not null

)

select * from built
