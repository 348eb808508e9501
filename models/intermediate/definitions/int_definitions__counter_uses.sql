with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

scoring_rules as (

    select * from {{ ref('scoring_rules') }}

),

engagement_types as (

    select * from {{ ref('engagement_types') }}

),

uses as (

    select
        version,
        lower(trim(subject)) as subject,
        'stage' as used_by,
        stage || '/' || clause || '/' || cast(condition as {{ dbt.type_string() }}) as use_id,
        lower(trim(kind)) as kind,
        cast(null as {{ dbt.type_string() }}) as component,
        engagement_types,
        window_days
    from stage_rules
    where lower(trim(kind)) in ('engagement_count', 'hand_raiser', 'engaged_people')

    union all

    select
        version,
        lower(trim(subject)) as subject,
        'score' as used_by,
        rule_id as use_id,
        lower(trim(kind)) as kind,
        lower(trim(component)) as component,
        engagement_types,
        window_days
    from scoring_rules
    where lower(trim(kind)) = 'engagement'

),

-- A hand-raiser is any type marked as one; intent rows read intent engagements, engagement rows the others.
use_types as (

    select
        uses.version,
        uses.subject,
        uses.used_by,
        uses.use_id,
        case when uses.kind = 'engaged_people' then 'people' else 'engagements' end as measure,
        case
            -- A window of ten thousand years or more never ends.
            when uses.window_days is null or uses.window_days >= 3650000 then {{ never_us() }}
            else cast(round(uses.window_days * 86400000000) as bigint)
        end as window_us,
        engagement_types.engagement_type
    from uses
    inner join engagement_types
        on
            (
                trim(coalesce(uses.engagement_types, '')) = ''
                or {{ dbt.position(
                    "'|' || engagement_types.engagement_type || '|'",
                    "'|' || replace(uses.engagement_types, ' ', '') || '|'"
                ) }} > 0
            )
            and (uses.kind <> 'hand_raiser' or engagement_types.is_hand_raiser)
            and (coalesce(uses.component, '') <> 'intent' or engagement_types.is_intent)
            and (coalesce(uses.component, '') <> 'engagement' or not engagement_types.is_intent)

),

named as (

    select
        version,
        subject,
        used_by,
        use_id,
        measure,
        window_us,
        {{ ordered_text('engagement_type', 'engagement_type', "'|'") }} as engagement_types
    from use_types
    group by version, subject, used_by, use_id, measure, window_us

),

-- Rules that count the same types over the same window share one counter, whatever version they belong to.
numbered as (

    select
        *,
        dense_rank() over (
            order by
                subject asc nulls last, measure asc nulls last, engagement_types asc nulls last,
                window_us asc nulls last
        ) as counter_key
    from named

)

select * from numbered
