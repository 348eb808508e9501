-- The promises of both teams by month and segment. A count is committed as a number, a rate as a share of what was
-- decided in the month, human touches as the share of lost leads that got enough, a clock as the share met in time.
with

months as (

    select * from {{ ref('int_sla__months') }}

),

thresholds as (

    select * from {{ ref('int_sla__thresholds') }}
    where measure <> 'campaign_acceptance_rate'

),

policies as (

    select * from {{ ref('int_sla__policies') }}

),

facts as (

    select * from {{ ref('int_sla__commitment_facts') }}

),

segments as (

    select * from {{ ref('int_sla__segments') }}

),

promises as (

    select
        commitment_id,
        label,
        owed_by,
        measure,
        lower(coalesce(segment, 'all')) as segment,
        threshold,
        version,
        valid_from,
        valid_to
    from thresholds

    union all

    select
        commitment_id,
        label,
        owed_by,
        'clock:' || commitment_id as measure,
        'all' as segment,
        cast(1 as double) as threshold,
        version,
        valid_from,
        valid_to
    from policies

),

-- The version in force when the month began; in the first month the one that came into force during it.
promised as (

    select
        months.month_start_date,
        months.starts_at,
        months.ends_at,
        months.is_over,
        promises.commitment_id,
        promises.label,
        promises.owed_by,
        promises.measure,
        promises.segment,
        promises.threshold,
        promises.version,
        row_number() over (
            partition by months.month_start_date, promises.commitment_id, promises.segment
            order by promises.valid_from asc nulls last
        ) as version_rank
    from months
    inner join promises
        on
            promises.valid_from < months.ends_at
            and (promises.valid_to is null or promises.valid_to > months.starts_at)

),

segmented_facts as (

    select
        measure,
        'all' as segment,
        occurred_at,
        is_good,
        quantity
    from facts

    union all

    select
        facts.measure,
        segments.segment,
        facts.occurred_at,
        facts.is_good,
        facts.quantity
    from facts
    inner join segments
        on
            facts.subject_type = segments.subject_type
            and facts.subject_id = segments.subject_id

),

dated_facts as (

    select
        measure,
        segment,
        cast(
            date_trunc(
                'month', {{ local_date('occurred_at', setting('reporting_time_zone')) }}
            ) as date
        ) as month_start_date,
        is_good,
        quantity
    from segmented_facts

),

counted as (

    select
        promised.month_start_date,
        promised.commitment_id,
        promised.segment,
        promised.label,
        promised.owed_by,
        promised.measure,
        promised.threshold,
        promised.version,
        promised.is_over,
        count(dated_facts.measure) as subjects,
        count(
            case
                when coalesce(dated_facts.is_good, dated_facts.quantity >= promised.threshold)
                    then 1
            end
        ) as good_subjects
    from promised
    left join dated_facts
        on
            promised.measure = dated_facts.measure
            and promised.segment = dated_facts.segment
            and promised.month_start_date = dated_facts.month_start_date
    where promised.version_rank = 1
    group by
        promised.month_start_date,
        promised.commitment_id,
        promised.segment,
        promised.label,
        promised.owed_by,
        promised.measure,
        promised.threshold,
        promised.version,
        promised.is_over

),

delivered as (

    select
        *,
        case when measure = 'human_touches' then cast(1 as double) else threshold end as committed,
        case
            when measure in ('mql_count', 'mqa_count') then cast(subjects as double)
            else cast(good_subjects as double) / nullif(subjects, 0)
        end as delivered
    from counted

),

judged as (

    select
        {{ key(['commitment_id', 'month_start_date', 'segment']) }} as commitment_month_id,
        commitment_id,
        label as commitment_label,
        owed_by,
        month_start_date,
        segment,
        measure,
        version as policy_version,
        threshold,
        committed,
        delivered,
        subjects,
        good_subjects,
        -- A count that is reached stays reached; a rate can still fall until the month is over.
        case
            when delivered is null and is_over then 'no_data'
            when delivered is null then 'running'
            when delivered >= committed and (is_over or measure in ('mql_count', 'mqa_count'))
                then 'met'
            when is_over then 'breached'
            else 'running'
        end as status
    from delivered

)

select * from judged
