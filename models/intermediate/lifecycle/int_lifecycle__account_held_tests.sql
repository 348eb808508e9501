-- Lead rules that read an account's attribute are tested here too; a lead inherits them from its account.
with

account_attributes as (

    select * from {{ ref('int_lifecycle__account_attributes') }}

),

icp_spans as (

    select * from {{ ref('int_lifecycle__icp_spans') }}

),

attribute_tests as (

    select distinct
        test_key,
        subject,
        attribute,
        operator,
        value,
        icp_key
    from {{ ref('int_definitions__attribute_tests') }}

),

held_tests as (

    select
        account_attributes.account_id,
        attribute_tests.subject,
        attribute_tests.test_key,
        account_attributes.from_us,
        account_attributes.to_us
    from account_attributes
    inner join attribute_tests
        on account_attributes.attribute = attribute_tests.attribute
    where
        -- A lead's country is its own.
        not (attribute_tests.subject = 'lead' and attribute_tests.attribute = 'country_code')
        and {{ passes_test('account_attributes.value', 'attribute_tests.operator', 'attribute_tests.value') }}

    union all

    select
        icp_spans.account_id,
        attribute_tests.subject,
        attribute_tests.test_key,
        icp_spans.from_us,
        icp_spans.to_us
    from icp_spans
    inner join attribute_tests
        on
            attribute_tests.attribute = 'is_icp_fit'
            and icp_spans.icp_key = attribute_tests.icp_key
    where
        {{ passes_test(
            "(case when icp_spans.is_icp_fit then 'true' else 'false' end)", 'attribute_tests.operator',
            'attribute_tests.value'
        ) }}

)

select * from held_tests
