with

clauses as (

    select * from {{ ref('int_definitions__clauses') }}

),

conditions as (

    select * from {{ ref('int_definitions__conditions') }}

),

clause_conditions as (

    select distinct
        clauses.clause_key,
        clauses.subject,
        clauses.condition_count,
        conditions.condition_key
    from clauses
    inner join conditions
        on
            clauses.version = conditions.version
            and clauses.subject = conditions.subject
            and clauses.stage = conditions.stage
            and clauses.clause = conditions.clause

)

select * from clause_conditions
