with

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

final as (

    select
        opportunity_id,
        lead_id,
        role,
        is_primary,
        basis,
        linked_at
    from opportunity_leads

)

select * from final
