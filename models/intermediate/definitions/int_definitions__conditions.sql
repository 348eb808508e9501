with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

counter_uses as (

    select * from {{ ref('int_definitions__counter_uses') }}

),

attribute_tests as (

    select * from {{ ref('int_definitions__attribute_tests') }}

),

score_sets as (

    select distinct
        version,
        subject,
        score_set_key
    from {{ ref('int_definitions__score_parts') }}

),

conditions as (

    select
        stage_rules.version,
        lower(trim(stage_rules.subject)) as subject,
        stage_rules.stage,
        stage_rules.clause,
        stage_rules.condition,
        lower(trim(stage_rules.kind)) as kind,
        counter_uses.counter_key,
        attribute_tests.test_key,
        score_sets.score_set_key,
        coalesce(stage_rules.min_count, 1) as min_count,
        coalesce(stage_rules.min_channels, 1) as min_channels,
        lower(trim(coalesce(stage_rules.component, 'total'))) as component,
        cast(round(stage_rules.min_score * 1000) as bigint) as min_score,
        lower(trim(stage_rules.crm_fact)) as crm_fact
    from stage_rules
    left join counter_uses
        on
            stage_rules.version = counter_uses.version
            and lower(trim(stage_rules.subject)) = counter_uses.subject
            and counter_uses.used_by = 'stage'
            and stage_rules.stage || '/' || stage_rules.clause || '/'
            || cast(stage_rules.condition as {{ dbt.type_string() }}) = counter_uses.use_id
    left join attribute_tests
        on
            stage_rules.version = attribute_tests.version
            and attribute_tests.used_by = 'stage'
            and lower(trim(stage_rules.subject)) || '/' || stage_rules.stage || '/' || stage_rules.clause || '/'
            || cast(stage_rules.condition as {{ dbt.type_string() }}) = attribute_tests.use_id
    left join score_sets
        on
            stage_rules.version = score_sets.version
            and score_sets.subject = case lower(trim(stage_rules.kind))
                when 'people_score' then 'lead'
                when 'score' then lower(trim(stage_rules.subject))
            end

),

-- A condition that several clauses or versions share is evaluated once.
numbered as (

    select
        *,
        dense_rank() over (
            order by
                subject asc nulls last, kind asc nulls last, counter_key asc nulls last, test_key asc nulls last,
                score_set_key asc nulls last, min_count asc nulls last, min_channels asc nulls last,
                component asc nulls last, min_score asc nulls last, crm_fact asc nulls last
        ) as condition_key
    from conditions

)

select * from numbered
