with

scores as (

    select * from {{ ref('int_lifecycle__lead_scores') }}

),

final as (

    {{ published_scores('lead') }}

)

select * from final
