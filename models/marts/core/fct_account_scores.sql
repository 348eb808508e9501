with

scores as (

    select * from {{ ref('int_lifecycle__account_scores') }}

),

final as (

    {{ published_scores('account') }}

)

select * from final
