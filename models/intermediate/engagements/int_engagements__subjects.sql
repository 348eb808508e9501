{#
    Whose engagements are worked out anew: leads, and accounts whose engagements are nobody's. A lead is, whole, when an
    activity of its changed or came or went; when a message of its did, for a late delivery makes an old click a
    machine's; when its records or its account did. An unfinished build's subjects come again.
#}
{%- set goes_on = goes_on(this) -%}
{%- set unfinished = load_relation(this) if goes_on -%}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_engagements__built') if goes_on -%}

-- depends_on: {{ ref('int_engagements__inputs') }}
-- depends_on: {{ ref('int_engagements__changed') }}
-- depends_on: {{ ref('int_engagements__activities') }}
-- depends_on: {{ ref('int_people__rematched') }}
-- depends_on: {{ ref('bridge_lead_records') }}
-- depends_on: {{ ref('int_people__unextracted') }}
-- depends_on: {{ ref('bridge_account_domains') }}
with

{% if goes_on %}
inputs as (

    select * from {{ ref('int_engagements__inputs') }}

),

built as (

    select * from {{ built }}

),

changed as (

    select * from {{ ref('int_engagements__changed') }}

),

lead_records as (

    {{ leads_of_keys() }}

),

account_domains as (

    select * from {{ ref('bridge_account_domains') }}

),

differing as (

    {{ differing_inputs(['domain']) }}

),

-- What the changed activities were, and what they are.
touched as (

    select
        person_record_key,
        company_domain,
        email_message_number
    from changed

    union

    select
        person_record_key,
        company_domain,
        email_message_number
    from {{ ref('int_engagements__activities') }}
    where source_record_key in (select source_record_key from changed)

),

concerned as (

    select
        person_record_key,
        company_domain
    from touched

    union

    select
        person_record_key,
        company_domain
    from {{ ref('int_engagements__activities') }}
    where email_message_number in (select email_message_number from touched)

),

subjects as (

    select lead_records.lead_id as subject_id
    from concerned
    inner join lead_records on concerned.person_record_key = lead_records.record_key

    union

    select account_domains.account_id
    from concerned
    inner join account_domains on concerned.company_domain = account_domains.domain

    union

    -- Whose records or account may differ; the ids of who is nobody any more are among them.
    select lead_id
    from {{ ref('int_people__rematched') }}

    union

    select content
    from differing

    union

    select content_before
    from differing
    {% if unfinished %}
    union

    select subject_id
    from {{ unfinished }}
    {% endif %}

),
{% else %}
subjects as (

    -- A build from scratch asks nobody.
    select cast(null as {{ api_type('string') }}) as subject_id
    from (select 1 as nothing) as absent
    where 1 = 0

),
{% endif %}

named as (

    select subject_id from subjects where subject_id is not null

)

select * from named
