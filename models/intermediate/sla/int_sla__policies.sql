-- A promise holds until a later signed version restates it: a version that says nothing about it leaves it alone.
with

sla_policies as (

    select * from {{ ref('sla_policies') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

policies as (

    select
        sla_policies.version,
        sla_policies.commitment_id,
        sla_policies.label,
        sla_policies.owed_by,
        sla_policies.subject_type,
        sla_policies.starts_on,
        sla_policies.stops_on,
        sla_policies.limit_value,
        sla_policies.limit_unit,
        sla_policies.clock,
        sla_policies.warn_share,
        sla_policies.on_breach,
        -- A list written by hand, with blanks around its bars.
        replace(sla_policies.void_on, ' ', '') as void_on,
        in_force.valid_from,
        lead(in_force.valid_from) over (
            partition by sla_policies.commitment_id
            order by in_force.valid_from asc nulls last
        ) as valid_to
    from sla_policies
    inner join in_force
        on sla_policies.version = in_force.version

)

select * from policies
