{#
    What the stored activities and engagements were worked out under. Comes after both: if one of them fails or the night
    is killed, this stays as it was, and the next night works out everything that differs from it.
#}
{{ config(post_hook=[
    'delete from {{ ref(\'int_engagements__changed\') }}',
    'delete from {{ ref(\'int_engagements__subjects\') }}',
]) }}

-- depends_on: {{ ref('int_engagements__changed') }}
-- depends_on: {{ ref('int_engagements__subjects') }}
-- depends_on: {{ ref('int_engagements__activities') }}
-- depends_on: {{ ref('fct_engagements') }}
-- depends_on: {{ ref('int_subjects__engagements') }}
with

inputs as (

    select * from {{ ref('int_engagements__inputs') }}

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
