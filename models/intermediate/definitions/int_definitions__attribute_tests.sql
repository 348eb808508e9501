with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

scoring_rules as (

    select * from {{ ref('scoring_rules') }}

),

icp_versions as (

    select distinct
        version,
        icp_key
    from {{ ref('int_definitions__icp_sets') }}

),

uses as (

    -- A people_score condition tests the account's leads.
    select
        version,
        case when lower(trim(kind)) = 'people_score' then 'lead' else lower(trim(subject)) end as subject,
        'stage' as used_by,
        lower(trim(subject)) || '/' || stage || '/' || clause || '/'
        || cast(condition as {{ dbt.type_string() }}) as use_id,
        {{ attribute_name('attribute') }} as attribute,
        lower(trim(operator)) as operator,
        value
    from stage_rules
    where lower(trim(kind)) in ('attribute', 'people_score') and attribute is not null

    union all

    select
        version,
        lower(trim(subject)) as subject,
        'score' as used_by,
        lower(trim(subject)) || '/' || rule_id as use_id,
        {{ attribute_name('attribute') }} as attribute,
        lower(trim(operator)) as operator,
        value
    from scoring_rules
    where lower(trim(kind)) = 'attribute' and attribute is not null

),

-- The ideal customer profile differs by version; every other attribute is the same whatever version reads it.
scoped as (

    select
        uses.version,
        uses.subject,
        uses.used_by,
        uses.use_id,
        uses.attribute,
        uses.operator,
        -- Blanks around the bars of a list mean nothing.
        {{ regex_replace_all('trim(uses.value)', "' *[|] *'", "'|'") }} as value,
        case when uses.attribute = 'is_icp_fit' then coalesce(icp_versions.icp_key, 0) else 0 end as icp_key
    from uses
    left join icp_versions
        on uses.version = icp_versions.version

),

numbered as (

    select
        *,
        dense_rank() over (
            order by
                subject asc nulls last, attribute asc nulls last, operator asc nulls last, value asc nulls last,
                icp_key asc nulls last
        ) as test_key
    from scoped

)

select * from numbered
