{#
    The leads whose account is looked for anew: who is another person than in the last build, who reaches a domain, a name,
    an account record or a decision that differs from the last build's, and who was left half done.
#}
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

{% if not flags.FULL_REFRESH %}
leads as (

    select lead_id, email_domain, company_name from {{ ref('int_people__leads') }}

),

changed_keys as (

    select kind, match_key from {{ ref('int_people__match_keys') }} where is_changed

),

lead_records as (

    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded

),

records as (

    select record_key, account_record_key
    from {{ ref('int_people__records') }}
    where account_record_key is not null

),

rematched as (

    select lead_id from affected
    union
    select lead_id
    from leads
    where
        email_domain in (select match_key from changed_keys where kind = 'domain')
        or company_name in (select match_key from changed_keys where kind = 'name')
        or exists (select 1 as found from changed_keys where kind = 'methods')
    union
    select lead_records.lead_id
    from changed_keys
    inner join records on changed_keys.match_key = records.account_record_key
    inner join lead_records on records.record_key = lead_records.record_key
    where changed_keys.kind = 'account'
    union
    select match_key as lead_id from changed_keys
    where kind = 'lead'
    {% if unfinished %}
    union
    select lead_id from {{ this }}
    {% endif %}

)
{% else %}
rematched as (

    select lead_id from affected

)
{% endif %}

select * from rematched
