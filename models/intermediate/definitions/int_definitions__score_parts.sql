with

scoring_rules as (

    select * from {{ ref('scoring_rules') }}

),

counter_uses as (

    select * from {{ ref('int_definitions__counter_uses') }}

),

attribute_tests as (

    select * from {{ ref('int_definitions__attribute_tests') }}

),

-- Points are counted in thousandths, as whole numbers: sums are exact in any order.
parts as (

    select
        scoring_rules.version,
        lower(trim(scoring_rules.subject)) as subject,
        scoring_rules.rule_id,
        lower(trim(scoring_rules.component)) as component,
        cast(round(scoring_rules.points * 1000) as bigint) as points,
        coalesce(cast(round(scoring_rules.max_points * 1000) as bigint), {{ never_us() }}) as max_points,
        counter_uses.counter_key,
        attribute_tests.test_key
    from scoring_rules
    left join counter_uses
        on
            scoring_rules.version = counter_uses.version
            and lower(trim(scoring_rules.subject)) = counter_uses.subject
            and counter_uses.used_by = 'score'
            and scoring_rules.rule_id = counter_uses.use_id
    left join attribute_tests
        on
            scoring_rules.version = attribute_tests.version
            and attribute_tests.used_by = 'score'
            and lower(trim(scoring_rules.subject)) || '/' || scoring_rules.rule_id = attribute_tests.use_id

),

signatures as (

    select
        version,
        subject,
        {{ ordered_text(
            "component || '~' || cast(points as " ~ dbt.type_string() ~ ") || '~' || cast(max_points as "
            ~ dbt.type_string() ~ ") || '~' || coalesce(cast(counter_key as " ~ dbt.type_string()
            ~ "), '') || '~' || coalesce(cast(test_key as " ~ dbt.type_string() ~ "), '')", 'rule_id', "'^'"
        ) }} as signature
    from parts
    group by version, subject

),

-- Versions that score alike share one score set, and one sweep.
score_parts as (

    select
        parts.*,
        dense_rank() over (order by signatures.subject asc nulls last, signatures.signature asc nulls last)
            as score_set_key
    from parts
    inner join signatures
        on parts.version = signatures.version and parts.subject = signatures.subject

)

select * from score_parts
