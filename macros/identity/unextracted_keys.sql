{#
    Which lead a record's key means, wherever something points at a record: columns record_key, lead_id. A key that nobody
    extracted means the lead that its record was merged into (ADR 0134). Excluded people are nobody's.
#}
{% macro leads_of_keys() -%}
    select record_key, lead_id from {{ ref('bridge_lead_records') }} where not is_excluded
    union all
    select record_key, lead_id from {{ ref('int_people__unextracted') }}
{%- endmacro %}


{# The same for accounts: columns record_key, account_id. #}
{% macro accounts_of_keys() -%}
    select record_key, account_id from {{ ref('bridge_account_records') }} where not is_excluded
    union all
    select record_key, account_id from {{ ref('int_accounts__unextracted') }}
{%- endmacro %}


{#
    The keys that links name and that no record has, with the lead or account (`id`) of the records that they are tied to.
    `records`, `nodes`, `components` and `affected` name the models of people, or of accounts.
#}
{% macro unextracted_keys(id, records, nodes, components, affected) -%}
with

extracted as (

    select
        record_key,
        {{ id }},
        is_excluded
    from {{ ref(records) }}
    where {{ is_among(affected, 'record_key') }}

),

members as (

    select
        record_key,
        node
    from {{ ref(affected) if is_incremental() else ref(nodes) }}

),

labelled as (

    select
        members.record_key,
        components.component
    from members
    inner join {{ ref(components) }} as components on members.node = components.node

),

absent as (

    select
        labelled.record_key,
        labelled.component
    from labelled
    left join extracted on labelled.record_key = extracted.record_key
    where extracted.record_key is null

),

-- All records of a component are on one lead, or one account.
meant as (

    select
        labelled.component,
        min(extracted.{{ id }}) as {{ id }}
    from labelled
    inner join extracted on labelled.record_key = extracted.record_key
    where not extracted.is_excluded and labelled.component in (select component from absent)
    group by labelled.component

),

unextracted as (

    select
        absent.record_key,
        meant.{{ id }}
    from absent
    inner join meant on absent.component = meant.component

)

select * from unextracted
{%- endmacro %}
