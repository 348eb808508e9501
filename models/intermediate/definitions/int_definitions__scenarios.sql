with

definition_versions as (

    select * from {{ ref('definition_versions') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

-- Scenario 0 is what happened: the signed versions, each while it was in force.
applied as (

    select
        0 as scenario,
        version,
        {{ epoch_us('valid_from') }} as from_us,
        {{ end_us('valid_to') }} as to_us
    from in_force

),

-- Every other scenario is one version, draft or signed, over all history.
simulated as (

    select
        version as scenario,
        version,
        {{ always_us() }} as from_us,
        {{ never_us() }} as to_us
    from definition_versions
    where version > 0

),

scenarios as (

    select * from applied

    union all

    select * from simulated

)

select * from scenarios
