-- A promise holds until a later signed version restates it: a version that says nothing about it leaves it alone.
with

sla_thresholds as (

    select * from {{ ref('sla_thresholds') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

thresholds as (

    select
        sla_thresholds.*,
        in_force.valid_from,
        lead(in_force.valid_from) over (
            partition by sla_thresholds.commitment_id, lower(coalesce(sla_thresholds.segment, 'all'))
            order by in_force.valid_from asc nulls last
        ) as valid_to
    from sla_thresholds
    inner join in_force
        on sla_thresholds.version = in_force.version

)

select * from thresholds
