-- The clocks of leads by what brought the lead; weeks and void clocks as in rpt_sla_compliance.
{%- set counted = "status <> 'void' and lead_id is not null" %}
with

clocks as (

    select
        commitment_id,
        lead_id,
        status,
        started_at,
        stopped_at,
        business_minutes,
        elapsed_minutes
    from {{ ref('fct_sla_clocks') }}
    where {{ counted }}

),

promises as (

    {{ newest_promises(ref('fct_sla_clocks'), counted) }}

),

leads as (

    select
        lead_id,
        lead_source
    from {{ ref('int_people__leads') }}

),

dated as (

    select
        cast(
            date_trunc(
                'week', {{ local_date('clocks.started_at', setting('reporting_time_zone')) }}
            ) as date
        ) as week_start_date,
        clocks.commitment_id,
        promises.commitment_label,
        promises.owed_by,
        coalesce(leads.lead_source, 'unknown') as lead_source,
        clocks.status,
        clocks.stopped_at,
        clocks.business_minutes,
        clocks.elapsed_minutes
    from clocks
    inner join promises
        on clocks.commitment_id = promises.commitment_id
    left join leads
        on clocks.lead_id = leads.lead_id

),

compliance as (

    select
        week_start_date,
        commitment_id,
        commitment_label,
        owed_by,
        lead_source,
        {{ compliance_measures() }}
    from dated
    group by
        week_start_date,
        commitment_id,
        commitment_label,
        owed_by,
        lead_source

)

select * from compliance
