{#
    The leads whose account is looked for anew: who is another person than in the last build, who reaches a domain, a name,
    an account record or a decision that differs from the last build's, and who was left half done.
#}
{%- set matched = adapter.get_relation(this.database, this.schema, 'int_people__matched') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
-- What a build from scratch has no need of:
-- depends_on: {{ ref('int_people__match_keys') }}
-- depends_on: {{ ref('int_people__leads') }}
-- depends_on: {{ ref('int_people__records') }}
-- depends_on: {{ ref('bridge_lead_records') }}
with

affected as (

    select lead_id from {{ ref('int_people__affected') }}

),

{% if matched and not flags.FULL_REFRESH %}
leads as (

    select lead_id, email_domain, company_name from {{ ref('int_people__leads') }}

),

match_keys as (

    select kind, match_key, fingerprint from {{ ref('int_people__match_keys') }}

),

lead_records as (

    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded

),

records as (

    select record_key, account_record_key
    from {{ ref('int_people__records') }}
    where account_record_key is not null

),

matched as (

    select kind, match_key, fingerprint from {{ matched }}

),

changed_keys as (

    select
        coalesce(match_keys.kind, matched.kind) as kind,
        coalesce(match_keys.match_key, matched.match_key) as match_key
    from match_keys
    full outer join matched
        on match_keys.kind = matched.kind and match_keys.match_key = matched.match_key
    where match_keys.fingerprint is distinct from matched.fingerprint

),

rematched as (

    select lead_id from affected
    union
    select leads.lead_id
    from leads
    inner join changed_keys on leads.email_domain = changed_keys.match_key and changed_keys.kind = 'domain'
    union
    select leads.lead_id
    from leads
    inner join changed_keys on leads.company_name = changed_keys.match_key and changed_keys.kind = 'name'
    union
    select lead_records.lead_id
    from changed_keys
    inner join records on changed_keys.match_key = records.account_record_key
    inner join lead_records on records.record_key = lead_records.record_key
    where changed_keys.kind = 'account'
    union
    select match_key as lead_id from changed_keys
    where kind = 'lead'
    union
    select leads.lead_id
    from leads
    inner join changed_keys on changed_keys.kind = 'methods'
    {% if unfinished %}
    union
    select lead_id from {{ this }}
    {% endif %}

)
{% elif flags.FULL_REFRESH %}
rematched as (

    select lead_id from affected

)
{% else %}
leads as (

    select lead_id, email_domain, company_name from {{ ref('int_people__leads') }}

),

rematched as (

    select lead_id from affected
    union
    select lead_id from leads

)
{% endif %}

select * from rematched
