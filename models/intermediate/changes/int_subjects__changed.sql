{#
    Who is worked out anew: whose fingerprint differs from the one of the last complete build, who is gone, for whom the
    time since then brought an instant of change (a window that ends, a span that begins), and whom an unfinished build
    has left half done.
#}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_subjects__built') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}

-- What a build from scratch has no need of:
-- depends_on: {{ ref('int_people__leads') }}
-- depends_on: {{ ref('int_accounts__accounts') }}
-- depends_on: {{ ref('bridge_lead_accounts') }}
-- depends_on: {{ ref('fct_engagements') }}
-- depends_on: {{ ref('int_lifecycle__lead_held_tests') }}
-- depends_on: {{ ref('int_lifecycle__account_held_tests') }}
-- depends_on: {{ ref('int_lifecycle__target_spans') }}
-- depends_on: {{ ref('int_definitions__counters') }}
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

engagements as (

    select * from {{ ref('fct_engagements') }}

),

lead_held_tests as (

    select * from {{ ref('int_lifecycle__lead_held_tests') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}

),

target_spans as (

    select * from {{ ref('int_lifecycle__target_spans') }}

),

windows as (

    select distinct
        engagement_type,
        window_us
    from {{ ref('int_definitions__counters') }}

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

differing as (

    select
        coalesce(fingerprints.subject_type, built.subject_type) as subject_type,
        coalesce(fingerprints.subject_id, built.subject_id) as subject_id
    from fingerprints
    full outer join built
        on
            fingerprints.subject_type = built.subject_type
            and fingerprints.subject_id = built.subject_id
    where fingerprints.fingerprint is distinct from built.fingerprint

),

-- Time alone changes a count when an engagement leaves its window, a test when its span begins or ends.
leads_in_time as (

    select leads.lead_id
    from leads
    cross join since
    where {{ is_between_builds(epoch_us('leads.created_at')) }}

    union

    select engagements.lead_id
    from engagements
    cross join since
    inner join windows
        on engagements.engagement_type = windows.engagement_type
    where
        {{ epoch_us('engagements.occurred_at') }} <= since.until_us
        and {{ epoch_us('engagements.occurred_at') }} + windows.window_us > since.since_us
        -- It begins to count, or it ends, in the time between the two builds.
        and (
            {{ epoch_us('engagements.occurred_at') }} > since.since_us
            or {{ epoch_us('engagements.occurred_at') }} + windows.window_us <= since.until_us
        )
        and engagements.lead_id is not null
        and not engagements.is_bot

    union

    select lead_held_tests.lead_id
    from lead_held_tests
    cross join since
    where
        {{ is_between_builds('lead_held_tests.from_us') }}
        or {{ is_between_builds('lead_held_tests.to_us') }}

),

accounts_in_time as (

    select accounts.account_id
    from accounts
    cross join since
    where {{ is_between_builds(epoch_us('accounts.created_at')) }}

    union

    select account_held_tests.account_id
    from account_held_tests
    cross join since
    where
        {{ is_between_builds('account_held_tests.from_us') }}
        or {{ is_between_builds('account_held_tests.to_us') }}

    union

    select target_spans.account_id
    from target_spans
    cross join since
    where
        {{ is_between_builds('target_spans.from_us') }}
        or {{ is_between_builds('target_spans.to_us') }}

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

    select
        'lead' as subject_type,
        lead_accounts.lead_id as subject_id
    from accounts_in_time
    inner join lead_accounts
        on accounts_in_time.account_id = lead_accounts.account_id

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

changed as (

    select distinct
        candidates.subject_type,
        candidates.subject_id,
        numbers.epoch_base
    from candidates
    inner join numbers
        on
            candidates.subject_type = numbers.subject_type
            and candidates.subject_id = numbers.subject_id

)

select * from changed
