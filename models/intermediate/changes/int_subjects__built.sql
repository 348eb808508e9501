{#
    The fingerprints under which the stored scores and stages were worked out, and the instant that they describe. Comes after
    every model that is built by subject: if one of them fails or the night is killed, this stays as it was, and the next
    night works out everybody who differs from it.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='by_changed_key',
    meta={'changed': 'int_subjects__changed', 'key': 'subject_id', 'and_where': "subject_type = 'build'"},
    post_hook='delete from {{ ref(\'int_subjects__changed\') }}'
) }}

-- depends_on: {{ ref('int_subjects__changed') }}
{% for subject in ['lead', 'account'] %}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_counter_steps') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_score_steps') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_rule_spans') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_cycles') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_transitions') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_evidence') }}
-- depends_on: {{ ref('int_lifecycle__' ~ subject ~ '_scores') }}
{% endfor %}
-- depends_on: {{ ref('int_lifecycle__lead_facts') }}
-- depends_on: {{ ref('int_lifecycle__lead_epochs') }}
-- depends_on: {{ ref('int_lifecycle__lead_held_tests') }}
-- depends_on: {{ ref('int_lifecycle__lead_conflicts') }}
-- depends_on: {{ ref('int_lifecycle__account_people_spans') }}
-- depends_on: {{ ref('fct_lifecycle_transitions') }}
-- depends_on: {{ ref('fct_account_stage_transitions') }}
-- depends_on: {{ ref('rpt_definition_what_if') }}
-- depends_on: {{ ref('rpt_definition_what_if_accounts') }}
with

changed as (

    select * from {{ ref('int_subjects__changed') }}

),

built as (

    select
        subject_type,
        subject_id,
        fingerprint,
        steps_fingerprint,
        cast(null as bigint) as built_us
    from changed
    where fingerprint is not null

    union all

    select
        'build' as subject_type,
        '' as subject_id,
        {{ as_fingerprint('null') }} as fingerprint,
        {{ as_fingerprint('null') }} as steps_fingerprint,
        {{ as_of_us() }} as built_us

)

select * from built
