{{ config(materialized='view') }}

{#
    `fingerprint` says whether anything changed, `steps` whether anything did that scores and rules are worked out from: not
    when a fact was loaded, and who set it. In a night `past` and `past_steps` say what the two would be if nothing had happened
    since the last build's instant: of what is dated by its date, and of the rest for whoever was there by then.
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

lead_attributes as (

    select * from {{ ref('int_lifecycle__lead_attributes') }}

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

target_parts as (

    select
        account_id,
        {{ fingerprints_of(["'target'", 'from_us', 'to_us'], past_us) }}
    from target_spans
    group by account_id

),

fact_parts as (

    select
        lead_id,
        {{ fingerprints_of(
            ["'fact'", 'crm_fact', 'occurred_at', 'source_order', 'opportunity_id', 'raw_reason', 'source_record_key'],
            past_us,
            evidence=['actor_id', 'is_inferred', 'known_at'],
            past_when='occurred_at <= ' ~ from_epoch_us(past_us)
        ) }}
    from crm_facts
    where occurred_at <= {{ as_of() }}
    group by lead_id

),

-- What this build did not work out is as the last one left it.
engagement_parts as (

    select
        lead_id,
        fingerprint
        {%- if past_us %},
        case when as_of_us = {{ as_of_us() }} then past else fingerprint end as past
        {%- endif %}
    from engagements

),

attribute_parts as (

    select
        lead_id,
        {{ fingerprints_of_spans(["'attribute'", 'attribute', 'value'], past_us) }}
    from lead_attributes
    group by lead_id

),

account_test_parts as (

    select
        account_id,
        subject,
        {{ fingerprints_of_spans(["'test'", 'subject', 'test_key'], past_us) }}
    from account_held_tests
    group by account_id, subject

),

inherited_parts as (

    select * from account_test_parts where subject = 'lead'

),

lead_parts as (

    select
        leads.lead_id,
        lead_accounts.account_id,
        {{ as_fingerprint(hashed([
            "'lead'", 'leads.created_at', 'leads.first_record_key', 'leads.first_loaded_at', 'lead_accounts.account_id',
            'target_parts.fingerprint'
        ])) }} as lead_fingerprint,
        coalesce(fact_parts.fingerprint, 0) as facts,
        coalesce(fact_parts.steps, 0) as fact_steps,
        coalesce(engagement_parts.fingerprint, 0) as engagements,
        coalesce(attribute_parts.fingerprint, 0) + coalesce(inherited_parts.fingerprint, 0) as attributes
        {%- if past_us %},
        coalesce(fact_parts.past, 0) as past_facts,
        coalesce(fact_parts.past_steps, 0) as past_fact_steps,
        coalesce(engagement_parts.past, 0) as past_engagements,
        coalesce(attribute_parts.past, 0) + coalesce(inherited_parts.past, 0) as past_attributes,
        coalesce(leads.created_at <= {{ from_epoch_us(past_us) }}, true) as was_there
        {%- endif %}
    from leads
    left join lead_accounts
        on leads.lead_id = lead_accounts.lead_id
    left join target_parts
        on lead_accounts.account_id = target_parts.account_id
    left join fact_parts
        on leads.lead_id = fact_parts.lead_id
    left join engagement_parts
        on leads.lead_id = engagement_parts.lead_id
    left join attribute_parts
        on leads.lead_id = attribute_parts.lead_id
    left join inherited_parts
        on lead_accounts.account_id = inherited_parts.account_id

),

lead_fingerprints as (

    select
        lead_id,
        account_id,
        lead_fingerprint + facts + engagements + attributes as fingerprint,
        lead_fingerprint + fact_steps + engagements + attributes as steps
        {%- if past_us %},
        past_facts + past_engagements + case when was_there then lead_fingerprint + past_attributes else 0 end as past,
        past_fact_steps + past_engagements + case when was_there then lead_fingerprint + past_attributes else 0 end as past_steps,
        was_there or past_facts <> 0 or past_engagements <> 0 as has_past
        {%- endif %}
    from lead_parts

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
        fingerprint,
        steps
        {%- if past_us %},
        past,
        past_steps
        {%- endif %}
    from account_test_parts

    union all

    select * from target_parts

    union all

    select
        account_id,
        {{ fingerprint(["'lead'", 'lead_id', 'fingerprint']) }},
        {{ fingerprint(["'lead'", 'lead_id', 'steps']) }}
        {%- if past_us %},
        {{ fingerprint(["'lead'", 'lead_id', 'past'], 'has_past') }},
        {{ fingerprint(["'lead'", 'lead_id', 'past_steps'], 'has_past') }}
        {%- endif %}
    from lead_fingerprints
    where account_id is not null
    group by account_id

),

fingerprints as (

    select
        'lead' as subject_type,
        lead_fingerprints.lead_id as subject_id,
        {{ as_fingerprint('lead_fingerprints.fingerprint + rules.fingerprint') }} as fingerprint,
        {{ as_fingerprint('lead_fingerprints.steps + rules.fingerprint') }} as steps_fingerprint,
        {{ as_fingerprint('lead_fingerprints.past + rules.fingerprint' if past_us else 'null') }} as past_fingerprint,
        {{ as_fingerprint('lead_fingerprints.past_steps + rules.fingerprint' if past_us else 'null') }}
            as past_steps_fingerprint
    from lead_fingerprints
    cross join rules

    union all

    select
        'account' as subject_type,
        account_parts.account_id as subject_id,
        {{ as_fingerprint('sum(account_parts.fingerprint) + max(rules.fingerprint)') }} as fingerprint,
        {{ as_fingerprint('sum(account_parts.steps) + max(rules.fingerprint)') }} as steps_fingerprint,
        {{ as_fingerprint('coalesce(sum(account_parts.past), 0) + max(rules.fingerprint)' if past_us else 'null') }}
            as past_fingerprint,
        {{ as_fingerprint('coalesce(sum(account_parts.past_steps), 0) + max(rules.fingerprint)' if past_us else 'null') }}
            as past_steps_fingerprint
    from account_parts
    cross join rules
    inner join accounts
        on account_parts.account_id = accounts.account_id
    group by account_parts.account_id

)

select * from fingerprints
