with

salesforce_snapshots as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}

),

salesforce_field_history as (

    select * from {{ ref('stg_salesforce__opportunity_field_history') }}

),

hubspot_deal_history as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}

),

-- Every known amount with the first instant at which it is known to have stood; a change also tells what stood before.
known_amounts as (

    select
        'salesforce:opportunity:' || salesforce_opportunity_id as opportunity_id,
        changed_at,
        amount,
        1 as source_rank
    from salesforce_snapshots
    where not is_deleted and amount is not null

    union all

    select
        'salesforce:opportunity:' || salesforce_opportunity_id as opportunity_id,
        changed_at,
        try_cast(new_value as decimal(18, 2)) as amount,
        2 as source_rank
    from salesforce_field_history
    where not is_deleted and lower(field_name) = 'amount'

    union all

    -- The value before the first change is dated at creation by whoever reads it: null here means "from the start".
    select
        'salesforce:opportunity:' || salesforce_opportunity_id as opportunity_id,
        null as changed_at,
        try_cast(old_value as decimal(18, 2)) as amount,
        2 as source_rank
    from (
        select
            salesforce_opportunity_id,
            old_value,
            row_number() over (
                partition by salesforce_opportunity_id
                -- The id settles changes of one instant.
                order by changed_at asc nulls last, salesforce_opportunity_field_history_id asc nulls last
            ) as change_number
        from salesforce_field_history
        where not is_deleted and lower(field_name) = 'amount'
    ) as numbered
    where change_number = 1

    union all

    select
        'hubspot:deal:' || hubspot_deal_id as opportunity_id,
        changed_at,
        try_cast(property_value as decimal(18, 2)) as amount,
        1 as source_rank
    from hubspot_deal_history
    where not is_deleted and property_name = 'amount'

),

final as (

    select
        opportunity_id,
        changed_at,
        amount,
        source_rank
    from known_amounts
    where
        amount is not null
        and (changed_at is null or changed_at <= {{ as_of() }})

)

select * from final
