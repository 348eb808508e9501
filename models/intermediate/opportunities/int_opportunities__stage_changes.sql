-- What is yet to come at the instant described is told too: today's record is then not what stood at that instant.
with

salesforce_opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

salesforce_snapshots as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}

),

salesforce_field_history as (

    select * from {{ ref('stg_salesforce__opportunity_field_history') }}

),

salesforce_stages as (

    select * from {{ ref('stg_salesforce__opportunity_stages') }}

),

hubspot_deal_stages as (

    select * from {{ ref('stg_hubspot__deal_stages') }}

),

hubspot_deal_history as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}

),

hubspot_pipeline_stages as (

    select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}

),

-- The catalogue of stages may be missing from an extract: what a closed record says of its own stage then serves.
closed_salesforce_stages as (

    select
        stage_name,
        max(case when is_won then 1 else 0 end) = 1 as is_won
    from (
        select stage_name, is_won
        from salesforce_stages
        where is_closed and not is_deleted
        union all
        select stage_name, is_won
        from salesforce_opportunities
        where is_closed and stage_name is not null
    ) as closed_stages
    group by stage_name

),

closed_hubspot_stages as (

    select
        hubspot_pipeline_stage_id,
        max(case when is_won then 1 else 0 end) = 1 as is_won
    from (
        select hubspot_pipeline_stage_id, is_won
        from hubspot_pipeline_stages
        where coalesce(is_closed, is_won or probability <= 0.0, false)
        union all
        select 'closedwon' as hubspot_pipeline_stage_id, true as is_won
        union all
        select 'closedlost' as hubspot_pipeline_stage_id, false as is_won
    ) as closed_stages
    group by hubspot_pipeline_stage_id

),

stage_changes as (

    select
        'salesforce:opportunity:' || salesforce_snapshots.salesforce_opportunity_id as opportunity_id,
        salesforce_snapshots.changed_at,
        salesforce_snapshots.stage_name as stage,
        cast(null as {{ dbt.type_string() }}) as replaced_stage,
        closed_salesforce_stages.stage_name is not null as is_closed_stage,
        coalesce(closed_salesforce_stages.is_won, false) as is_won_stage
    from salesforce_snapshots
    left join closed_salesforce_stages
        on salesforce_snapshots.stage_name = closed_salesforce_stages.stage_name
    where
        not salesforce_snapshots.is_deleted
        and salesforce_snapshots.stage_name is not null
        and salesforce_snapshots.changed_at is not null

    union all

    select
        'salesforce:opportunity:' || salesforce_field_history.salesforce_opportunity_id as opportunity_id,
        salesforce_field_history.changed_at,
        salesforce_field_history.new_value as stage,
        salesforce_field_history.old_value as replaced_stage,
        closed_salesforce_stages.stage_name is not null as is_closed_stage,
        coalesce(closed_salesforce_stages.is_won, false) as is_won_stage
    from salesforce_field_history
    left join closed_salesforce_stages
        on salesforce_field_history.new_value = closed_salesforce_stages.stage_name
    where
        not salesforce_field_history.is_deleted
        and lower(salesforce_field_history.field_name) in ('stagename', 'stage_name', 'stage')
        and salesforce_field_history.new_value is not null
        and salesforce_field_history.changed_at is not null

    union all

    select
        'hubspot:deal:' || hubspot_deal_stages.hubspot_deal_id as opportunity_id,
        coalesce(hubspot_deal_stages.entered_at, hubspot_deal_stages.valid_from) as changed_at,
        hubspot_deal_stages.hubspot_pipeline_stage_id as stage,
        cast(null as {{ dbt.type_string() }}) as replaced_stage,
        closed_hubspot_stages.hubspot_pipeline_stage_id is not null as is_closed_stage,
        coalesce(closed_hubspot_stages.is_won, false) as is_won_stage
    from hubspot_deal_stages
    left join closed_hubspot_stages
        on
            hubspot_deal_stages.hubspot_pipeline_stage_id
            = closed_hubspot_stages.hubspot_pipeline_stage_id
    where
        not hubspot_deal_stages.is_deleted
        and hubspot_deal_stages.hubspot_pipeline_stage_id is not null
        and coalesce(hubspot_deal_stages.entered_at, hubspot_deal_stages.valid_from) is not null

    union all

    select
        'hubspot:deal:' || hubspot_deal_history.hubspot_deal_id as opportunity_id,
        hubspot_deal_history.changed_at,
        hubspot_deal_history.property_value as stage,
        cast(null as {{ dbt.type_string() }}) as replaced_stage,
        closed_hubspot_stages.hubspot_pipeline_stage_id is not null as is_closed_stage,
        coalesce(closed_hubspot_stages.is_won, false) as is_won_stage
    from hubspot_deal_history
    left join closed_hubspot_stages
        on hubspot_deal_history.property_value = closed_hubspot_stages.hubspot_pipeline_stage_id
    where
        not hubspot_deal_history.is_deleted
        and hubspot_deal_history.property_name = 'dealstage'
        and hubspot_deal_history.property_value is not null
        and hubspot_deal_history.changed_at is not null

),

-- Two histories may tell of one change: one row per opportunity and instant, a closed stage before an open one.
distinct_changes as (

    select
        opportunity_id,
        changed_at,
        max(stage) as stage,
        max(replaced_stage) as replaced_stage,
        max(case when is_closed_stage then 1 else 0 end) = 1 as is_closed_stage,
        max(case when is_won_stage then 1 else 0 end) = 1 as is_won_stage
    from stage_changes
    group by opportunity_id, changed_at

),

with_previous as (

    select
        opportunity_id,
        changed_at,
        stage,
        replaced_stage,
        is_closed_stage,
        is_won_stage,
        lag(is_closed_stage) over changes_of_opportunity as was_closed_stage,
        lag(is_won_stage) over changes_of_opportunity as was_won_stage
    from distinct_changes
    window changes_of_opportunity as (partition by opportunity_id order by changed_at asc nulls last)

),

final as (

    select
        opportunity_id,
        changed_at,
        stage,
        replaced_stage,
        is_closed_stage,
        is_won_stage,
        changed_at > {{ as_of() }} as is_yet_to_come,
        -- From an open stage or from nothing, or from lost to won and back without a stop between.
        is_closed_stage
        and (not coalesce(was_closed_stage, false) or is_won_stage <> coalesce(was_won_stage, false)) as is_closing,
        not is_closed_stage and coalesce(was_closed_stage, false) as is_reopening
    from with_previous

)

select * from final
