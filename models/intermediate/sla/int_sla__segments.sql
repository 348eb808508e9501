-- Which segments a lead or an account counts in: `all`, and `<attribute>:<value>` for what can be named in a threshold.
{% set attributes = ['country_code', 'target_tier', 'industry'] %}

with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

leads as (

    select * from {{ ref('dim_leads') }}

),

account_segments as (

    {% for attribute in attributes %}
    select
        account_id,
        '{{ attribute }}:' || lower(cast({{ attribute }} as {{ api_type('string') }})) as segment
    from accounts
    where {{ attribute }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

segments as (

    select
        'account' as subject_type,
        account_id as subject_id,
        segment
    from account_segments

    union all

    select
        'lead' as subject_type,
        leads.lead_id as subject_id,
        account_segments.segment
    from leads
    inner join account_segments
        on leads.account_id = account_segments.account_id
    where account_segments.segment not like 'country_code:%'

    union all

    -- A lead's country is its own; only what it has not is read from its account.
    select
        'lead' as subject_type,
        leads.lead_id as subject_id,
        'country_code:' || lower(coalesce(leads.country_code, accounts.country_code)) as segment
    from leads
    left join accounts
        on leads.account_id = accounts.account_id
    where coalesce(leads.country_code, accounts.country_code) is not null

    union all

    select
        'lead' as subject_type,
        lead_id as subject_id,
        'lead_source:' || lower(lead_source) as segment
    from leads
    where lead_source is not null

)

select * from segments
