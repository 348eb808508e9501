-- A version without both signatures is never applied.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lifecycle_transitions'}}}) }}

with

drafts as (

    select version
    from {{ ref('definition_versions') }}
    where trim(coalesce(sales_signed_by, '')) = '' or trim(coalesce(marketing_signed_by, '')) = ''

),

applied as (

    select transition_id, definition_version from {{ ref('fct_lifecycle_transitions') }}

    union all

    select transition_id, definition_version from {{ ref('fct_account_stage_transitions') }}

),

wrong as (

    select applied.*
    from applied
    inner join drafts
        on applied.definition_version = drafts.version

)

select * from wrong
