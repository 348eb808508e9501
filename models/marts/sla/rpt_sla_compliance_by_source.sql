-- The clocks of leads by what brought the lead; weeks and void clocks as in rpt_sla_compliance.
with

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where status <> 'void' and lead_id is not null

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
        clocks.commitment_label,
        clocks.owed_by,
        coalesce(leads.lead_source, 'unknown') as lead_source,
        clocks.status,
        clocks.stopped_at,
        clocks.business_minutes,
        clocks.elapsed_minutes
    from clocks
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
        count(*) as clocks,
        count(case when status = 'met' then 1 end) as met,
        count(case when status = 'breached' then 1 end) as breached,
        count(case when status in ('running', 'at_risk') then 1 end) as running,
        count(case when status = 'at_risk' then 1 end) as at_risk,
        cast(count(case when status = 'met' then 1 end) as double)
        / nullif(count(case when status in ('met', 'breached') then 1 end), 0) as compliance_rate,
        median(case when stopped_at is not null then business_minutes end)
            as median_business_minutes,
        median(case when stopped_at is not null then elapsed_minutes end)
            as median_elapsed_minutes
    from dated
    group by
        week_start_date,
        commitment_id,
        commitment_label,
        owed_by,
        lead_source

)

select * from compliance
