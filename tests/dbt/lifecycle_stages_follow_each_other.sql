-- No stage is skipped (the missing ones are inferred), nothing follows customer, and a lead goes back only to raw or lost:
-- otherwise a funnel shows more SQOs than SALs.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lifecycle_transitions'}}}) }}

with

permitted as (

    select 'raw' as from_stage, 'mql' as to_stage
    union all
    select 'mql' as from_stage, 'sal' as to_stage
    union all
    select 'sal' as from_stage, 'sqo' as to_stage
    union all
    select 'sqo' as from_stage, 'opportunity' as to_stage
    union all
    select 'opportunity' as from_stage, 'customer' as to_stage
    union all
    select 'mql' as from_stage, 'raw' as to_stage
    union all
    select 'sal' as from_stage, 'raw' as to_stage
    union all
    select 'sqo' as from_stage, 'raw' as to_stage
    union all
    select 'raw' as from_stage, 'lost' as to_stage
    union all
    select 'mql' as from_stage, 'lost' as to_stage
    union all
    select 'sal' as from_stage, 'lost' as to_stage
    union all
    select 'sqo' as from_stage, 'lost' as to_stage
    union all
    select 'opportunity' as from_stage, 'lost' as to_stage
    union all
    select 'lost' as from_stage, 'mql' as to_stage

),

out_of_order as (

    select transitions.*
    from {{ ref('fct_lifecycle_transitions') }} as transitions
    left join permitted
        on
            transitions.from_stage = permitted.from_stage
            and transitions.to_stage = permitted.to_stage
    where transitions.from_stage is not null and permitted.to_stage is null

)

select * from out_of_order
