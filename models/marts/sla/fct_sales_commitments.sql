with

monthly_commitments as (

    select * from {{ ref('int_sla__monthly_commitments') }}

),

sales_commitments as (

    select
        commitment_month_id,
        commitment_id,
        commitment_label,
        month_start_date,
        segment,
        measure,
        policy_version,
        threshold,
        committed,
        delivered,
        subjects,
        good_subjects,
        status
    from monthly_commitments
    where owed_by = 'sales'

)

select * from sales_commitments
