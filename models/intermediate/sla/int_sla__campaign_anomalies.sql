-- A campaign is flagged when a week's acceptance rate falls under the floor in force at the week's end; weeks in a row
-- under it are one fall. The flag goes up when the week is over.
with

campaign_weeks as (

    select * from {{ ref('int_sla__campaign_weeks') }}

),

thresholds as (

    select * from {{ ref('int_sla__thresholds') }}
    where measure = 'campaign_acceptance_rate' and lower(coalesce(segment, 'all')) = 'all'

),

ended_weeks as (

    select
        campaign_id,
        decided_week,
        acceptance_rate,
        {{ local_day_start(
            "decided_week + interval '7' day", setting('reporting_time_zone')
        ) }} as flagged_at
    from campaign_weeks

),

measured as (

    select
        ended_weeks.campaign_id,
        thresholds.commitment_id,
        ended_weeks.flagged_at,
        ended_weeks.acceptance_rate,
        thresholds.threshold,
        ended_weeks.acceptance_rate < thresholds.threshold as is_under,
        lag(ended_weeks.acceptance_rate < thresholds.threshold) over (
            partition by ended_weeks.campaign_id, thresholds.commitment_id
            order by ended_weeks.flagged_at asc nulls last
        ) as was_under
    from ended_weeks
    inner join thresholds
        on
            ended_weeks.flagged_at >= thresholds.valid_from
            and (thresholds.valid_to is null or ended_weeks.flagged_at < thresholds.valid_to)
    where ended_weeks.flagged_at <= {{ as_of() }}

),

-- Several floors may be signed: each has its own falls, and two at one instant are one flag, of the highest floor.
flags as (

    select
        campaign_id,
        flagged_at,
        max(acceptance_rate) as acceptance_rate,
        max(threshold) as threshold
    from measured
    where is_under and not coalesce(was_under, false)
    group by campaign_id, flagged_at

),

anomalies as (

    select
        campaign_id,
        cast(
            row_number() over (
                partition by campaign_id order by flagged_at asc nulls last
            ) as integer
        ) as cycle_number,
        flagged_at,
        acceptance_rate,
        threshold
    from flags

)

select * from anomalies
