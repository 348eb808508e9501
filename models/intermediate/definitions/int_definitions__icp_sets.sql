with

icp_criteria as (

    select * from {{ ref('icp_criteria') }}

),

criteria as (

    select
        version,
        criterion_id,
        {{ attribute_name('attribute') }} as attribute,
        lower(trim(operator)) as operator,
        -- Blanks around the bars of a list mean nothing.
        {{ regex_replace_all('trim(value)', "' *[|] *'", "'|'") }} as value,
        coalesce(is_disqualifier, false) as is_disqualifier,
        description
    from icp_criteria

),

signatures as (

    select
        version,
        {{ ordered_text(
            "criterion_id || '~' || attribute || '~' || operator || '~' || coalesce(value, '') || '~'
            || cast(is_disqualifier as " ~ dbt.type_string() ~ ")", 'criterion_id', "'^'"
        ) }} as signature
    from criteria
    group by version

),

-- Versions with the same criteria share one profile.
icp_sets as (

    select
        criteria.version,
        dense_rank() over (order by signatures.signature asc nulls last) as icp_key,
        criteria.criterion_id,
        criteria.attribute,
        criteria.operator,
        criteria.value,
        criteria.is_disqualifier,
        criteria.description
    from criteria
    inner join signatures
        on criteria.version = signatures.version

)

select * from icp_sets
