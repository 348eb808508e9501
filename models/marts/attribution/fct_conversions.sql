with

transitions as (

    select * from {{ ref('fct_lifecycle_transitions') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

opportunity_leads as (

    select * from {{ ref('int_opportunities__leads') }}

),

primary_leads as (

    select
        opportunity_id,
        lead_id
    from (
        select
            opportunity_id,
            lead_id,
            row_number() over (
                partition by opportunity_id
                -- Whom the CRM calls primary, else who was on it first.
                order by
                    case when is_primary then 0 else 1 end asc nulls last,
                    linked_at asc nulls last,
                    lead_id asc nulls last
            ) as lead_rank
        from opportunity_leads
    ) as ranked
    where lead_rank = 1

),

final as (

    select
        {{ key(["'mql'", 'transitions.transition_id']) }} as conversion_id,
        'mql' as conversion_type,
        transitions.lead_id,
        transitions.account_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        transitions.occurred_at as converted_at,
        cast(1 as decimal(18, 2)) as value_usd
    from transitions
    where transitions.to_stage = 'mql'

    union all

    select
        {{ key(["'pipeline'", 'opportunities.opportunity_id']) }} as conversion_id,
        'pipeline' as conversion_type,
        primary_leads.lead_id,
        opportunities.account_id,
        opportunities.opportunity_id,
        opportunities.created_at as converted_at,
        opportunities.amount_at_creation_usd as value_usd
    from opportunities
    left join primary_leads
        on opportunities.opportunity_id = primary_leads.opportunity_id

    union all

    select
        {{ key(["'revenue'", 'opportunities.opportunity_id']) }} as conversion_id,
        'revenue' as conversion_type,
        primary_leads.lead_id,
        opportunities.account_id,
        opportunities.opportunity_id,
        opportunities.closed_at as converted_at,
        opportunities.amount_usd as value_usd
    from opportunities
    left join primary_leads
        on opportunities.opportunity_id = primary_leads.opportunity_id
    where opportunities.is_won

)

select * from final
