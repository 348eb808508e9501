with

conditions as (

    select * from {{ ref('int_definitions__conditions') }}

),

distinct_conditions as (

    select distinct
        version,
        subject,
        stage,
        clause,
        condition_key,
        kind
    from conditions

),

signatures as (

    select
        version,
        subject,
        stage,
        clause,
        count(*) as condition_count,
        -- A rule that holds through a clause with a CRM fact proves its stage.
        max(case when kind = 'crm_fact' then 1 else 0 end) = 1 as is_proving,
        {{ ordered_text(
            'cast(condition_key as ' ~ dbt.type_string() ~ ')', 'condition_key', "','"
        ) }} as signature
    from distinct_conditions
    group by version, subject, stage, clause

),

-- A clause that several stages or versions share is evaluated once.
clauses as (

    select
        version,
        subject,
        stage,
        clause,
        condition_count,
        is_proving,
        dense_rank() over (order by subject asc nulls last, signature asc nulls last) as clause_key
    from signatures

)

select * from clauses
