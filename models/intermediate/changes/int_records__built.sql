{#
    What the stored records, people and accounts were worked out under. Comes after every model that goes on from its stored
    rows: if one of them fails or the night is killed, this stays as it was, and the next night works out everybody who has
    news since. Which keys of accounts differ is forgotten with the lists.
#}
{{ config(post_hook=[
    'delete from {{ ref(\'int_records__news\') }}',
    'delete from {{ ref(\'int_people__changed\') }}',
    'delete from {{ ref(\'int_people__affected\') }}',
    'delete from {{ ref(\'int_people__rematched\') }}',
    'delete from {{ ref(\'int_people__former_addresses\') }}',
    'delete from {{ ref(\'int_accounts__changed\') }}',
    'delete from {{ ref(\'int_accounts__affected\') }}',
    'delete from {{ ref(\'int_people__match_keys\') }} where fingerprint is null',
    'update {{ ref(\'int_people__match_keys\') }} set is_changed = false where is_changed',
]) }}

-- depends_on: {{ ref('int_records__news') }}
-- depends_on: {{ ref('int_people__changed') }}
-- depends_on: {{ ref('int_people__affected') }}
-- depends_on: {{ ref('int_people__rematched') }}
-- depends_on: {{ ref('int_people__former_addresses') }}
-- depends_on: {{ ref('int_people__links') }}
-- depends_on: {{ ref('int_people__address_changes') }}
-- depends_on: {{ ref('int_people__nodes') }}
-- depends_on: {{ ref('int_people__records') }}
-- depends_on: {{ ref('int_people__addresses') }}
-- depends_on: {{ ref('int_people__components') }}
-- depends_on: {{ ref('int_people__leads') }}
-- depends_on: {{ ref('int_people__match_keys') }}
-- depends_on: {{ ref('int_domains__hosts') }}
-- depends_on: {{ ref('int_names__normalised') }}
-- depends_on: {{ ref('int_accounts__changed') }}
-- depends_on: {{ ref('int_accounts__affected') }}
-- depends_on: {{ ref('int_accounts__links') }}
-- depends_on: {{ ref('int_accounts__nodes') }}
-- depends_on: {{ ref('int_accounts__records') }}
-- depends_on: {{ ref('int_accounts__components') }}
-- depends_on: {{ ref('int_accounts__domains') }}
-- depends_on: {{ ref('int_accounts__resolved') }}
-- depends_on: {{ ref('int_accounts__owner_spans') }}
-- depends_on: {{ ref('int_lifecycle__field_spans') }}
-- depends_on: {{ ref('int_lifecycle__owner_spans') }}
-- depends_on: {{ ref('int_lifecycle__lead_attributes') }}
-- depends_on: {{ ref('int_lifecycle__account_record_attributes') }}
-- depends_on: {{ ref('int_lifecycle__lead_conflicts') }}
-- depends_on: {{ ref('int_engagements__subjects') }}
-- depends_on: {{ ref('bridge_lead_records') }}
-- depends_on: {{ ref('int_people__unextracted') }}
-- depends_on: {{ ref('bridge_lead_ids') }}
-- depends_on: {{ ref('bridge_lead_accounts') }}
-- depends_on: {{ ref('bridge_account_records') }}
-- depends_on: {{ ref('int_accounts__unextracted') }}
with

inputs as (

    select * from {{ ref('int_records__inputs') }}

),

built as (

    select
        part,
        part_key,
        content,
        until_at
    from inputs

)

select * from built
