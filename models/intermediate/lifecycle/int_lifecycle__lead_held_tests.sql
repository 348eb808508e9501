{{ config(materialized='incremental', incremental_strategy='by_subject', meta={'subject': 'lead'}) }}

with

lead_attributes as (

    select * from {{ ref('int_lifecycle__lead_attributes') }}
    where {{ is_changed('lead', 'lead_id') }}

),

titles as (

    select * from {{ ref('int_lifecycle__titles') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}
    where {{ is_changed('lead', 'lead_id') }}

),

attribute_tests as (

    select distinct
        test_key,
        attribute,
        operator,
        value
    from {{ ref('int_definitions__attribute_tests') }}
    where subject = 'lead'

),

-- Many leads read the same, and a title is read as its seniority and its buying role too.
read_values as (

    select distinct
        attribute,
        value,
        attribute as read_as,
        value as read_value
    from lead_attributes

    {% for reading in ['seniority', 'buying_role'] %}
    union all

    select
        'title' as attribute,
        title as value,
        '{{ reading }}' as read_as,
        {{ reading }} as read_value
    from titles

    {% endfor %}
),

passing_values as (

    select
        read_values.attribute,
        read_values.value,
        attribute_tests.test_key
    from read_values
    inner join attribute_tests
        on read_values.read_as = attribute_tests.attribute
    where {{ passes_test('read_values.read_value', 'attribute_tests.operator', 'attribute_tests.value') }}

),

held_tests as (

    select
        lead_attributes.lead_id,
        passing_values.test_key,
        lead_attributes.from_us,
        lead_attributes.to_us
    from lead_attributes
    inner join passing_values
        on
            lead_attributes.attribute = passing_values.attribute
            and lead_attributes.value = passing_values.value

    union all

    select
        lead_accounts.lead_id,
        account_held_tests.test_key,
        account_held_tests.from_us,
        account_held_tests.to_us
    from account_held_tests
    inner join lead_accounts
        on account_held_tests.account_id = lead_accounts.account_id
    where account_held_tests.subject = 'lead'

)

select * from held_tests
