{#
    `fingerprint` says whether anything changed, `steps` whether anything did that scores and rules are worked out from: not
    when a fact was loaded, and who set it. In a night `past` says what `steps` would be if nothing had happened since the last
    build's instant: of what is dated by its date, and of the rest for whoever was there by then.
#}
{%- set past_us = last_instant_us() -%}

-- A number for everything that a lead's or an account's scores and stages follow from. Made whole every time: one pass over
-- the inputs is what it takes to know that nothing was missed, whatever changed it.
with

leads as (

    select * from {{ ref('int_people__leads') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

),

crm_facts as (

    select * from {{ ref('int_lifecycle__crm_facts') }}

),

engagements as (

    select * from {{ ref('int_subjects__engagements') }}

),

lead_held_tests as (

    select * from {{ ref('int_lifecycle__lead_held_tests') }}

),

target_spans as (

    select * from {{ ref('int_lifecycle__target_spans') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

account_records as (

    select * from {{ ref('bridge_account_records') }}

),

account_facts as (

    select * from {{ ref('int_lifecycle__account_facts') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}

),

-- A rule that changes may change everybody.
rule_parts as (

    select
        {{ fingerprint([
            "'condition'", 'version', 'subject', 'stage', 'clause', 'kind', 'condition_key', 'counter_key', 'test_key',
            'score_set_key', 'min_count', 'min_channels', 'component', 'min_score', 'crm_fact'
        ]) }} as fingerprint
    from {{ ref('int_definitions__conditions') }}

    union all

    select
        {{ fingerprint([
            "'clause'", 'version', 'subject', 'stage', 'clause', 'condition_count', 'is_proving', 'clause_key'
        ]) }} as fingerprint
    from {{ ref('int_definitions__clauses') }}

    union all

    select
        {{ fingerprint([
            "'counter'", 'counter_key', 'subject', 'measure', 'window_us', 'engagement_type'
        ]) }} as fingerprint
    from {{ ref('int_definitions__counters') }}

    union all

    select
        {{ fingerprint([
            "'points'", 'version', 'subject', 'rule_id', 'component', 'points', 'max_points', 'counter_key', 'test_key',
            'score_set_key'
        ]) }} as fingerprint
    from {{ ref('int_definitions__score_parts') }}

    union all

    select
        {{ fingerprint(["'scenario'", 'scenario', 'version', 'from_us', 'to_us']) }} as fingerprint
    from {{ ref('int_definitions__scenarios') }}

    union all

    -- What a stage is called that HubSpot's history gives by its number.
    select
        {{ fingerprint([
            "'option'", 'hubspot_property_id', 'property_name', 'hubspot_object', 'option_value', 'option_label', 'is_deleted'
        ]) }} as fingerprint
    from {{ ref('stg_hubspot__property_options') }}
    where {{ regex_matches('option_value', "'^[0-9]+$'") }}

    union all

    select
        {{ fingerprint(["'property'", 'hubspot_property_id', 'hubspot_object']) }} as fingerprint
    from {{ ref('stg_hubspot__properties') }}
    where property_name = 'lifecyclestage'

),

rules as (

    select sum(fingerprint) as fingerprint from rule_parts

),

lead_parts as (

    select
        lead_id,
        false as is_dated,
        {{ fingerprints_of(["'lead'", 'created_at', 'first_record_key', 'first_loaded_at'], past_us) }}
    from leads
    group by lead_id

    union all

    select
        lead_accounts.lead_id,
        false as is_dated,
        {{ fingerprints_of(
            ["'account'", 'lead_accounts.account_id', 'target_spans.from_us', 'target_spans.to_us'], past_us
        ) }}
    from lead_accounts
    left join target_spans
        on lead_accounts.account_id = target_spans.account_id
    group by lead_accounts.lead_id

    union all

    select
        lead_id,
        true as is_dated,
        {{ fingerprints_of(
            ["'fact'", 'crm_fact', 'occurred_at', 'source_order', 'opportunity_id', 'raw_reason'],
            past_us,
            evidence=['actor_id', 'source_record_key', 'is_inferred', 'known_at'],
            past_when='occurred_at <= ' ~ from_epoch_us(past_us)
        ) }}
    from crm_facts
    where occurred_at <= {{ as_of() }}
    group by lead_id

    union all

    -- What this build did not work out is as the last one left it.
    select
        lead_id,
        true as is_dated,
        fingerprint,
        fingerprint as steps
        {%- if past_us %},
        case when as_of_us = {{ as_of_us() }} then past else fingerprint end as past
        {%- endif %}
    from engagements

    union all

    select
        lead_id,
        false as is_dated,
        {{ fingerprints_of(
            ["'test'", 'test_key', 'from_us', 'to_us'],
            past_us,
            past_when='from_us <= ' ~ past_us,
            past_columns=["'test'", 'test_key', 'from_us', ended_by('to_us', past_us)]
        ) }}
    from lead_held_tests
    group by lead_id

),

lead_fingerprints as (

    select
        lead_parts.lead_id,
        sum(lead_parts.fingerprint) as fingerprint,
        sum(lead_parts.steps) as steps
        {%- if past_us %},
        {%- set was_there = 'coalesce(leads.created_at <= ' ~ from_epoch_us(past_us) ~ ', true)' %}
        cast(
            coalesce(sum(case when lead_parts.is_dated or {{ was_there }} then lead_parts.past end), 0) as decimal(38, 0)
        ) as past,
        max(
            case when {{ was_there }} or (lead_parts.is_dated and lead_parts.past <> 0) then 1 else 0 end
        ) as has_past
        {%- endif %}
    from lead_parts
    inner join leads
        on lead_parts.lead_id = leads.lead_id
    group by lead_parts.lead_id

),

-- What an account comes to follows from all of its leads too.
account_parts as (

    select
        account_id,
        {{ fingerprints_of(["'account'", 'created_at', 'first_loaded_at'], past_us) }}
    from accounts
    group by account_id

    union all

    select
        account_id,
        {{ fingerprints_of(["'record'", 'record_key'], past_us) }}
    from account_records
    where account_id is not null
    group by account_id

    union all

    select
        account_id,
        {{ fingerprints_of(
            ["'fact'", 'fact_number', 'crm_fact', 'occurred_us', 'is_last_loss'],
            past_us,
            evidence=['opportunity_id', 'known_at', 'first_win_number'],
            past_when='occurred_us <= ' ~ past_us
        ) }}
    from account_facts
    group by account_id

    union all

    select
        account_id,
        {{ fingerprints_of(
            ["'test'", 'subject', 'test_key', 'from_us', 'to_us'],
            past_us,
            past_when='from_us <= ' ~ past_us,
            past_columns=["'test'", 'subject', 'test_key', 'from_us', ended_by('to_us', past_us)]
        ) }}
    from account_held_tests
    group by account_id

    union all

    select
        account_id,
        {{ fingerprints_of(["'target'", 'from_us', 'to_us'], past_us) }}
    from target_spans
    group by account_id

    union all

    select
        lead_accounts.account_id,
        {{ fingerprint(["'lead'", 'lead_fingerprints.lead_id', 'lead_fingerprints.fingerprint']) }},
        {{ fingerprint(["'lead'", 'lead_fingerprints.lead_id', 'lead_fingerprints.steps']) }}
        {%- if past_us %},
        {{ fingerprint(
            ["'lead'", 'lead_fingerprints.lead_id', 'lead_fingerprints.past'], 'lead_fingerprints.has_past = 1'
        ) }}
        {%- endif %}
    from lead_fingerprints
    inner join lead_accounts
        on lead_fingerprints.lead_id = lead_accounts.lead_id
    where lead_accounts.account_id is not null
    group by lead_accounts.account_id

),

fingerprints as (

    select
        'lead' as subject_type,
        lead_fingerprints.lead_id as subject_id,
        cast(lead_fingerprints.fingerprint + rules.fingerprint as {{ api_type('string') }}) as fingerprint,
        cast(lead_fingerprints.steps + rules.fingerprint as {{ api_type('string') }}) as steps_fingerprint,
        {% if past_us -%}
        cast(lead_fingerprints.past + rules.fingerprint as {{ api_type('string') }}) as past_fingerprint
        {%- else -%}
        cast(null as {{ api_type('string') }}) as past_fingerprint
        {%- endif %}
    from lead_fingerprints
    cross join rules

    union all

    select
        'account' as subject_type,
        account_parts.account_id as subject_id,
        cast(sum(account_parts.fingerprint) + max(rules.fingerprint) as {{ api_type('string') }}) as fingerprint,
        cast(sum(account_parts.steps) + max(rules.fingerprint) as {{ api_type('string') }}) as steps_fingerprint,
        {% if past_us -%}
        cast(coalesce(sum(account_parts.past), 0) + max(rules.fingerprint) as {{ api_type('string') }}) as past_fingerprint
        {%- else -%}
        cast(null as {{ api_type('string') }}) as past_fingerprint
        {%- endif %}
    from account_parts
    cross join rules
    inner join accounts
        on account_parts.account_id = accounts.account_id
    group by account_parts.account_id

)

select * from fingerprints
