with

activities as (

    select * from {{ ref('int_engagements__activities') }}

),

lead_records as (

    select record_key from {{ ref('bridge_lead_records') }}
    union all
    select record_key from {{ ref('int_people__unextracted') }}

),

explained as (

    select
        activities.source_system,
        activities.source_activity,
        case
            when activities.engagement_type is null then 'no_mapping'
            when activities.person_record_key is null then 'unknown_person'
            else 'missing_record'
        end as reason,
        activities.occurred_at
    from activities
    left join lead_records on activities.person_record_key = lead_records.record_key
    where activities.engagement_type is null or lead_records.record_key is null

),

counted as (

    select
        source_system,
        source_activity,
        reason,
        cast(count(*) as bigint) as activity_count,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at
    from explained
    group by source_system, source_activity, reason

)

select * from counted
