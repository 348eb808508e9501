with

lead_attributes as (

    select * from {{ ref('int_lifecycle__lead_attributes') }}

),

titles as (

    select * from {{ ref('int_lifecycle__titles') }}

),

account_held_tests as (

    select * from {{ ref('int_lifecycle__account_held_tests') }}

),

lead_accounts as (

    select * from {{ ref('bridge_lead_accounts') }}

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

readings as (

    select * from lead_attributes

    union all

    select
        lead_attributes.lead_id,
        'seniority' as attribute,
        titles.seniority as value,
        lead_attributes.from_us,
        lead_attributes.to_us
    from lead_attributes
    inner join titles
        on lead_attributes.value = titles.title
    where lead_attributes.attribute = 'title'

    union all

    select
        lead_attributes.lead_id,
        'buying_role' as attribute,
        titles.buying_role as value,
        lead_attributes.from_us,
        lead_attributes.to_us
    from lead_attributes
    inner join titles
        on lead_attributes.value = titles.title
    where lead_attributes.attribute = 'title'

),

held_tests as (

    select
        readings.lead_id,
        attribute_tests.test_key,
        readings.from_us,
        readings.to_us
    from readings
    inner join attribute_tests
        on readings.attribute = attribute_tests.attribute
    where {{ passes_test('readings.value', 'attribute_tests.operator', 'attribute_tests.value') }}

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
