{{ config(materialized='view') }}

-- What the records of an account say, and what the target list and the account itself do.
with

record_attributes as (

    select * from {{ ref('int_lifecycle__account_record_attributes') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

targets as (

    select * from {{ ref('int_accounts__targets') }}

),

{{ used_account_attributes() }},

-- Membership of the target list counts from the agreed day; of two stays at once the better tier counts.
stays_on_list as (

    select
        account_id as subject_id,
        'target_tier' as attribute,
        cast(target_tier as {{ dbt.type_string() }}) as value,
        coalesce(target_tier, 999) as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('valid_from') }} as from_us,
        {{ end_us('valid_to') }} as to_us
    from targets
    where (valid_to is null or valid_from < valid_to) and target_tier is not null

    union all

    select
        account_id as subject_id,
        'is_target_account' as attribute,
        'true' as value,
        1 as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('valid_from') }} as from_us,
        {{ end_us('valid_to') }} as to_us
    from targets
    where valid_to is null or valid_from < valid_to

    union all

    select
        account_id as subject_id,
        'is_target_account' as attribute,
        'false' as value,
        2 as value_rank,
        cast(null as timestamp) as modified_at,
        cast(null as {{ dbt.type_string() }}) as record_key,
        {{ epoch_us('created_at') }} as from_us,
        {{ never_us() }} as to_us
    from accounts

),

target_values as (

    select stays_on_list.*
    from stays_on_list
    inner join used_attributes
        on stays_on_list.attribute = used_attributes.attribute

),

{{ most_trusted_spans('target_values') }},

account_attributes as (

    select
        record_attributes.account_id,
        record_attributes.attribute,
        record_attributes.value,
        record_attributes.from_us,
        record_attributes.to_us
    from record_attributes
    inner join accounts
        on record_attributes.account_id = accounts.account_id

    union all

    select
        subject_id as account_id,
        attribute,
        value,
        from_us,
        to_us
    from attribute_spans

    union all

    select
        account_id,
        'annual_revenue_usd' as attribute,
        cast(annual_revenue_usd as {{ dbt.type_string() }}) as value,
        {{ epoch_us('created_at') }} as from_us,
        {{ never_us() }} as to_us
    from accounts
    where annual_revenue_usd is not null and 'annual_revenue_usd' in (select attribute from used_attributes)

)

select * from account_attributes
