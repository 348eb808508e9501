{#
    A view: the scores are written once, when they are worked out; a release holds them as a table (ADR 0198).
#}
{{ config(materialized='view') }}

with

scores as (

    select * from {{ ref('int_lifecycle__account_scores') }}

),

final as (

    {{ published_scores('account') }}

)

select * from final
