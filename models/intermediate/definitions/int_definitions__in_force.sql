with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

-- A version that lacks either signature is a draft: never applied, only simulated.
signed as (

    select
        version,
        {{ local_day_start('effective_from', setting('reporting_time_zone')) }} as valid_from
    from definition_versions
    where
        not {{ lacks_signature('definition_versions') }}
        and effective_from is not null

),

-- Of two versions that take effect on one day the higher number is the later word: the other is never in force.
spans as (

    select
        version,
        valid_from,
        lead(valid_from) over (order by valid_from asc nulls last, version asc nulls last) as valid_to
    from signed

),

in_force as (

    select
        version,
        valid_from,
        valid_to
    from spans
    where valid_to is null or valid_from < valid_to

)

select * from in_force
