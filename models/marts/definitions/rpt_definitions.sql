with

versions as (

    select * from {{ ref('definition_versions') }}

),

in_force as (

    select * from {{ ref('int_definitions__in_force') }}

),

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

scoring_rules as (

    select * from {{ ref('scoring_rules') }}

),

icp_criteria as (

    select * from {{ ref('icp_criteria') }}

),

sla_policies as (

    select * from {{ ref('sla_policies') }}

),

sla_thresholds as (

    select * from {{ ref('sla_thresholds') }}

),

-- A rule that nobody described says itself.
conditions_said as (

    select
        version,
        subject,
        stage,
        clause,
        condition,
        coalesce(
            description,
            case kind
                when 'engagement_count' then {{ counted('min_count', 'engagement_types', 'window_days') }}
                when 'engaged_people' then
                    {{ counted('min_count', 'engagement_types', 'window_days', "'people with '") }}
                    || coalesce(' in ' || {{ plain_number('min_channels') }} || ' channels', '')
                when 'hand_raiser' then 'asked for sales within ' || {{ plain_number('window_days') }} || ' days'
                when 'score' then component || ' score of at least ' || {{ plain_number('min_score') }}
                when 'people_score' then
                    {{ plain_number('min_count') }} || ' or more people'
                    || coalesce(' whose ' || {{ tested('attribute', 'operator', 'value') }}, '')
                    || ' with a ' || component || ' score of at least ' || {{ plain_number('min_score') }}
                when 'attribute' then {{ tested('attribute', 'operator', 'value') }}
                when 'target_account' then 'on the agreed target account list'
                when 'crm_fact' then 'the CRM says ' || replace(crm_fact, '_', ' ')
            end,
            replace(kind, '_', ' ')
        ) as said
    from stage_rules

),

-- The conditions of a clause hold together, so a clause is one sentence.
clause_texts as (

    select
        version,
        subject,
        stage,
        clause,
        {{ ordered_text('condition_text', 'condition', "', and '") }} as conditions
    from (
        select
            version,
            subject,
            stage,
            clause,
            condition,
            {{ lower_first('said') }} as condition_text
        from conditions_said
    ) as conditions
    group by version, subject, stage, clause

),

rule_sentences as (

    select
        version,
        'stage' as definition_kind,
        subject,
        stage || '/' || clause as rule_id,
        (case when subject = 'account' then 'An account' else 'A lead' end)
        || ' reaches ' || case
            when stage in ('mql', 'sal', 'sqo', 'mqa', 'saa') then upper(stage)
            else stage
        end || ' when: ' || conditions || '.' as sentence
    from clause_texts
    union all
    select
        version,
        'score',
        subject,
        rule_id,
        (case when subject = 'account' then 'An account' else 'A lead' end)
        || ' gets ' || {{ plain_number('points') }} || ' points'
        || coalesce(' for ' || {{ plain_number('window_days') }} || ' days, for each: ', ' while this holds: ')
        || {{ lower_first(
            "coalesce(description, replace(replace(engagement_types, '_', ' '), '|', ' or '), "
            ~ tested('attribute', 'operator', 'value') ~ ", replace(rule_id, '_', ' '))"
        ) }}
        || coalesce('; at most ' || {{ plain_number('max_points') }} || ' at any time', '')
        || ' (' || component || ' score).'
    from scoring_rules
    union all
    select
        version,
        'ideal_customer',
        'account',
        criterion_id,
        case
            when is_disqualifier then 'What rules an account out as an ideal customer: '
            else 'What an ideal customer must be or have: '
        end
        || {{ lower_first('coalesce(description, ' ~ tested('attribute', 'operator', 'value') ~ ', attribute)') }}
        || '.'
    from icp_criteria
    union all
    select
        version,
        'commitment',
        subject_type,
        commitment_id,
        (case when owed_by = 'sales' then 'Sales' else 'Marketing' end)
        || ' promises: ' || {{ lower_first('coalesce(description, label)') }} || '.'
    from sla_policies
    union all
    select
        version,
        'commitment',
        coalesce(segment, 'all'),
        commitment_id || coalesce('/' || segment, ''),
        (case when owed_by = 'sales' then 'Sales' else 'Marketing' end)
        || ' promises: ' || {{ lower_first('coalesce(description, label)') }} || '.'
    from sla_thresholds

),

-- A commitment stands until a later version words it anew; every other rule stands and falls with its version.
dated_sentences as (

    select
        rule_sentences.version,
        rule_sentences.definition_kind,
        rule_sentences.subject,
        rule_sentences.rule_id,
        rule_sentences.sentence,
        in_force.valid_from,
        case
            when rule_sentences.definition_kind = 'commitment'
                then lead(in_force.valid_from) over (
                    partition by rule_sentences.definition_kind, rule_sentences.subject, rule_sentences.rule_id
                    order by in_force.valid_from nulls last, rule_sentences.version nulls last
                )
            else in_force.valid_to
        end as valid_to
    from rule_sentences
    left join in_force on rule_sentences.version = in_force.version

),

definitions as (

    select
        {{ key([
            'dated_sentences.version',
            'dated_sentences.definition_kind',
            'dated_sentences.subject',
            'dated_sentences.rule_id',
        ]) }} as definition_id,
        dated_sentences.version,
        dated_sentences.definition_kind,
        dated_sentences.subject,
        dated_sentences.rule_id,
        dated_sentences.sentence,
        {{ lacks_signature('versions') }} as is_draft,
        coalesce(
            dated_sentences.valid_from <= {{ as_of() }}
            and (dated_sentences.valid_to is null or dated_sentences.valid_to > {{ as_of() }}),
            false
        ) as is_in_force,
        dated_sentences.valid_from as in_force_from,
        dated_sentences.valid_to as in_force_to,
        versions.effective_from,
        versions.sales_signed_by,
        versions.sales_signed_on,
        versions.marketing_signed_by,
        versions.marketing_signed_on,
        versions.note as version_note
    from dated_sentences
    inner join versions on dated_sentences.version = versions.version

)

select * from definitions
