{#
    Who is worked out anew: whose fingerprint differs from the one of the last complete build, who is gone, for whom the
    time since then brought an instant of change (a rule that begins to hold), and whom an unfinished build has left half
    done. Of whose past nothing changed goes on from the last build's instant.
#}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_subjects__built') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}

-- What a build from scratch has no need of:
-- depends_on: {{ ref('int_people__leads') }}
-- depends_on: {{ ref('int_accounts__accounts') }}
-- depends_on: {{ ref('bridge_lead_accounts') }}
-- depends_on: {{ ref('int_definitions__scenarios') }}
with

fingerprints as (

    select * from {{ ref('int_subjects__fingerprints') }}

),

numbers as (

    select * from {{ ref('int_subjects__numbers') }}

),

{% if built and not flags.FULL_REFRESH %}
leads as (

    select * from {{ ref('int_people__leads') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

scenarios as (

    select * from {{ ref('int_definitions__scenarios') }}

),

built as (

    select * from {{ built }}

),

since as (

    -- Either way: a build may describe an earlier instant than the last one.
    select
        least(max(built_us), {{ as_of_us() }}) as since_us,
        greatest(max(built_us), {{ as_of_us() }}) as until_us
    from built

),

built_subjects as (

    select * from built where subject_type <> 'build'

),

differing as (

    select
        coalesce(fingerprints.subject_type, built_subjects.subject_type) as subject_type,
        coalesce(fingerprints.subject_id, built_subjects.subject_id) as subject_id
    from fingerprints
    full outer join built_subjects
        on
            fingerprints.subject_type = built_subjects.subject_type
            and fingerprints.subject_id = built_subjects.subject_id
    where fingerprints.fingerprint is distinct from built_subjects.fingerprint

),

-- Steps and spans are stored for all time, so time alone changes who reaches a stage only where a rule begins to hold.
turns as (

    {% for subject in ['lead', 'account'] %}
    {% set is_last_subject = loop.last %}
    {% set spans = 'int_lifecycle__' ~ subject ~ '_rule_spans' %}
    {% for edge, change in [('from_us', 1), ('to_us', -1)] %}
    select
        rule_spans.scenario,
        rule_spans.epoch_key,
        rule_spans.stage,
        rule_spans.clause,
        rule_spans.{{ edge }} as at_us,
        {{ change }} as change
    from {{ adapter.get_relation(this.database, this.schema, spans) }} as rule_spans
    cross join since
    where {{ is_between_builds('rule_spans.' ~ edge) }}

    {% if not (is_last_subject and loop.last) %}
    union all

    {% endif %}
    {% endfor %}
    {% endfor %}
),

-- Where a span follows another without a gap, the rule went on holding.
begun as (

    select {{ epoch_base('epoch_key') }} as epoch_base
    from turns
    group by scenario, epoch_key, stage, clause, at_us
    having sum(change) > 0

),

leads_in_time as (

    select leads.lead_id
    from leads
    cross join since
    where {{ is_between_builds(epoch_us('leads.created_at')) }}

    union

    select numbers.subject_id as lead_id
    from numbers
    inner join begun
        on numbers.epoch_base = begun.epoch_base
    where numbers.subject_type = 'lead'

),

accounts_in_time as (

    select accounts.account_id
    from accounts
    cross join since
    where {{ is_between_builds(epoch_us('accounts.created_at')) }}

    union

    select numbers.subject_id as account_id
    from numbers
    inner join begun
        on numbers.epoch_base = begun.epoch_base
    where numbers.subject_type = 'account'

),

in_time as (

    select
        'lead' as subject_type,
        lead_id as subject_id
    from leads_in_time

    union

    select
        'account' as subject_type,
        lead_accounts.account_id as subject_id
    from leads_in_time
    inner join lead_accounts
        on leads_in_time.lead_id = lead_accounts.lead_id
    where lead_accounts.account_id is not null

    union

    select
        'account' as subject_type,
        account_id as subject_id
    from accounts_in_time

    union

    -- A version that comes into force is an instant of everybody's.
    select
        fingerprints.subject_type,
        fingerprints.subject_id
    from fingerprints
    cross join since
    inner join scenarios
        on
            {{ is_between_builds('scenarios.from_us') }}
            or {{ is_between_builds('scenarios.to_us') }}

),
{% else %}
differing as (

    select
        subject_type,
        subject_id
    from fingerprints

),
{% endif %}

candidates as (

    select * from differing
    {% if built and not flags.FULL_REFRESH %}

    union

    select * from in_time
    {% endif %}
    {% if unfinished %}

    union

    select
        subject_type,
        subject_id
    from {{ this }}
    {% endif %}

),

known as (

    select
        candidates.subject_type,
        candidates.subject_id,
        numbers.epoch_base,
        fingerprints.fingerprint,
        fingerprints.steps_fingerprint,
        {% if built and not flags.FULL_REFRESH -%}
        since.since_us,
        -- Of whose past nothing changed. What an unfinished build left is as of no instant.
        fingerprints.past_steps_fingerprint = built_subjects.steps_fingerprint
        {%- if unfinished %}
        and candidates.subject_id not in (select subject_id from {{ this }})
        {%- endif %}
            as goes_on,
        fingerprints.past_fingerprint = built_subjects.fingerprint as evidence_goes_on
        {%- else -%}
        {{ always_us() }} as since_us,
        false as goes_on,
        false as evidence_goes_on
        {%- endif %}
    from candidates
    inner join numbers
        on
            candidates.subject_type = numbers.subject_type
            and candidates.subject_id = numbers.subject_id
    left join fingerprints
        on
            candidates.subject_type = fingerprints.subject_type
            and candidates.subject_id = fingerprints.subject_id
    {%- if built and not flags.FULL_REFRESH %}
    left join built_subjects  -- noqa: ST11
        on
            candidates.subject_type = built_subjects.subject_type
            and candidates.subject_id = built_subjects.subject_id
    cross join since
    {%- endif %}

),

changed as (

    select
        subject_type,
        subject_id,
        epoch_base,
        case when goes_on then since_us else {{ always_us() }} end as resume_us,
        case when goes_on and evidence_goes_on then since_us else {{ always_us() }} end as evidence_resume_us,
        fingerprint,
        steps_fingerprint
    from known

)

select * from changed
