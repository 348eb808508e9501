with

salesforce_opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

hubspot_deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

-- What the catalogue says of a stage serves where the opportunity itself does not say that it is closed or won.
salesforce_stages as (

    select
        stage_name,
        max(case when is_closed then 1 else 0 end) = 1 as is_closed,
        max(case when is_won then 1 else 0 end) = 1 as is_won
    from {{ ref('stg_salesforce__opportunity_stages') }}
    where not is_deleted and stage_name is not null
    group by stage_name

),

hubspot_pipeline_stages as (

    select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}

),

merged_deals as (

    select * from {{ ref('int_opportunities__merged_deals') }}

),

hubspot_deal_companies as (

    select * from {{ ref('stg_hubspot__deal_companies') }}

),

account_records as (

    {{ accounts_of_keys() }}

),

stage_changes as (

    select * from {{ ref('int_opportunities__stage_changes') }}

),

amount_changes as (

    select * from {{ ref('int_opportunities__amount_changes') }}

),

conversion_rates as (

    select * from {{ ref('int_currencies__rates') }}

),

loss_reasons as (

    select * from {{ ref('loss_reasons') }}

),

primary_deal_companies as (

    select
        hubspot_deal_id,
        hubspot_company_id
    from (
        select
            hubspot_deal_id,
            hubspot_company_id,
            row_number() over (
                partition by hubspot_deal_id
                -- The label "primary" (5, deal to company) first; the id makes the rest repeatable.
                order by
                    case
                        when
                            association_type_id in ('5', '1')
                            and coalesce(upper(category), 'HUBSPOT_DEFINED') = 'HUBSPOT_DEFINED' then 0
                        else 1
                    end asc nulls last,
                    hubspot_company_id asc nulls last
            ) as company_rank
        from hubspot_deal_companies
        where not is_deleted
    ) as ranked
    where company_rank = 1

),

records as (

    select
        'salesforce:opportunity:' || salesforce_opportunity_id as opportunity_id,
        'salesforce' as source_system,
        salesforce_opportunity_id as source_id,
        'salesforce:account:' || salesforce_account_id as account_record_key,
        case
            when owner_id like '00G%' then 'salesforce:group:' || owner_id
            else 'salesforce:user:' || owner_id
        end as owner_id,
        'salesforce:campaign:' || salesforce_campaign_id as campaign_id,
        opportunity_name,
        salesforce_opportunities.stage_name,
        amount,
        currency_code,
        coalesce(salesforce_opportunities.is_closed, salesforce_stages.is_closed, false) as is_closed,
        coalesce(salesforce_opportunities.is_won, salesforce_stages.is_won, false) as is_won,
        close_date,
        created_at,
        loss_reason as raw_loss_reason,
        next_step,
        loaded_at
    from salesforce_opportunities
    left join salesforce_stages on salesforce_opportunities.stage_name = salesforce_stages.stage_name
    where not is_deleted

    union all

    select
        'hubspot:deal:' || hubspot_deals.hubspot_deal_id as opportunity_id,
        'hubspot' as source_system,
        hubspot_deals.hubspot_deal_id as source_id,
        'hubspot:company:' || primary_deal_companies.hubspot_company_id as account_record_key,
        'hubspot:owner:' || hubspot_deals.owner_id as owner_id,
        'hubspot:email_campaign:' || hubspot_deals.hubspot_campaign_id as campaign_id,
        hubspot_deals.opportunity_name,
        coalesce(hubspot_pipeline_stages.stage_name, hubspot_deals.hubspot_pipeline_stage_id)
            as stage_name,
        hubspot_deals.amount,
        hubspot_deals.currency_code,
        coalesce(
            hubspot_pipeline_stages.is_closed,
            hubspot_pipeline_stages.is_won or hubspot_pipeline_stages.probability <= 0.0,
            hubspot_deals.hubspot_pipeline_stage_id in ('closedwon', 'closedlost'),
            false
        ) as is_closed,
        coalesce(
            hubspot_pipeline_stages.is_won,
            hubspot_deals.hubspot_pipeline_stage_id = 'closedwon',
            false
        ) as is_won,
        {{ local_date('hubspot_deals.close_at', setting('reporting_time_zone')) }} as close_date,
        hubspot_deals.created_at,
        hubspot_deals.loss_reason as raw_loss_reason,
        hubspot_deals.next_step,
        hubspot_deals.loaded_at
    from hubspot_deals
    left join hubspot_pipeline_stages
        on
            hubspot_deals.hubspot_pipeline_stage_id
            = hubspot_pipeline_stages.hubspot_pipeline_stage_id
    left join primary_deal_companies
        on hubspot_deals.hubspot_deal_id = primary_deal_companies.hubspot_deal_id
    left join merged_deals on hubspot_deals.hubspot_deal_id = merged_deals.hubspot_deal_id
    -- A deal that was merged away is its survivor's, and counts once.
    where not hubspot_deals.is_deleted and merged_deals.hubspot_deal_id is null

),

-- The last time the history shows it entering the closed stage: from an open one, from nothing, or from the other outcome.
closings as (

    select
        opportunity_id,
        max(changed_at) as entered_closed_at
    from stage_changes
    where is_closing and not is_yet_to_come
    group by opportunity_id

),

last_stages as (

    select
        opportunity_id,
        stage,
        is_closed_stage,
        is_won_stage
    from (
        select
            opportunity_id,
            stage,
            is_closed_stage,
            is_won_stage,
            row_number() over (
                partition by opportunity_id
                -- One row per opportunity and instant: no tie.
                order by changed_at desc nulls last
            ) as change_rank
        from stage_changes
        where not is_yet_to_come
    ) as ranked
    where change_rank = 1

),

next_stages as (

    select
        opportunity_id,
        replaced_stage
    from (
        select
            opportunity_id,
            replaced_stage,
            row_number() over (
                partition by opportunity_id
                -- One row per opportunity and instant: no tie.
                order by changed_at asc nulls last
            ) as change_rank
        from stage_changes
        where is_yet_to_come
    ) as ranked
    where change_rank = 1

),

-- An extract made after the instant described tells what came of it. Where a change of stage is yet to come, the record says
-- nothing about that instant: the history does, and what it does not show closed was open.
described as (

    select
        records.opportunity_id,
        records.source_system,
        records.source_id,
        records.account_record_key,
        records.owner_id,
        records.campaign_id,
        records.opportunity_name,
        case
            when next_stages.opportunity_id is null then records.stage_name
            else coalesce(
                hubspot_pipeline_stages.stage_name,
                last_stages.stage,
                next_stages.replaced_stage
            )
        end as stage_name,
        records.amount,
        records.currency_code,
        case
            when next_stages.opportunity_id is null then records.is_closed
            else coalesce(last_stages.is_closed_stage, false)
        end as is_closed,
        case
            when next_stages.opportunity_id is null then records.is_won
            else coalesce(last_stages.is_won_stage, false)
        end as is_won,
        records.close_date,
        records.created_at,
        records.raw_loss_reason,
        records.next_step,
        records.loaded_at
    from records
    left join next_stages
        on records.opportunity_id = next_stages.opportunity_id
    left join last_stages
        on records.opportunity_id = last_stages.opportunity_id
    left join hubspot_pipeline_stages
        -- One expression, because a condition on one side alone makes an outer join quadratic.
        on
            case when records.source_system = 'hubspot' then last_stages.stage end
            = hubspot_pipeline_stages.hubspot_pipeline_stage_id
    where records.created_at <= {{ as_of() }}

),

dated as (

    select
        described.*,
        case
            when not described.is_closed then null
            when closings.entered_closed_at is not null
                then greatest(closings.entered_closed_at, described.created_at)
            else greatest(
                {{ local_day_start('described.close_date', setting('reporting_time_zone')) }},
                described.created_at
            )
        end as closing_at
    from described
    left join closings
        on described.opportunity_id = closings.opportunity_id

),

-- What closes after the instant described is still open at it.
as_described as (

    select
        *,
        not is_closed or closing_at is null or closing_at > {{ as_of() }} as is_open,
        case when closing_at <= {{ as_of() }} then closing_at end as closed_at
    from dated

),

amounts_at_creation as (

    select
        opportunity_id,
        amount
    from (
        select
            amount_changes.opportunity_id,
            amount_changes.amount,
            row_number() over (
                partition by amount_changes.opportunity_id
                -- What stood before the first change, else the earliest known amount; a snapshot before a change.
                order by
                    amount_changes.changed_at asc nulls first,
                    amount_changes.source_rank asc nulls last,
                    amount_changes.amount asc nulls last
            ) as amount_rank
        from amount_changes
    ) as ranked
    where amount_rank = 1

),

currencies as (

    select
        as_described.*,
        coalesce(amounts_at_creation.amount, as_described.amount) as amount_at_creation,
        coalesce(as_described.currency_code, {{ setting('corporate_currency') }})
            = {{ setting('corporate_currency') }} as is_corporate_currency,
        {{ local_date('as_described.created_at', setting('reporting_time_zone')) }} as created_date,
        coalesce(
            {{ local_date('as_described.closed_at', setting('reporting_time_zone')) }},
            {{ local_date('as_described.created_at', setting('reporting_time_zone')) }}
        ) as valued_date
    from as_described
    left join amounts_at_creation
        on as_described.opportunity_id = amounts_at_creation.opportunity_id

),

final as (

    select
        currencies.opportunity_id,
        currencies.source_system,
        currencies.source_id,
        account_records.account_id,
        currencies.owner_id,
        currencies.campaign_id,
        currencies.opportunity_name,
        currencies.stage_name,
        currencies.amount,
        coalesce(currencies.currency_code, {{ setting('corporate_currency') }}) as currency_code,
        cast(
            case
                when currencies.is_corporate_currency then currencies.amount
                else cast(currencies.amount as double) / nullif(valued_rates.conversion_rate, 0)
            end as decimal(18, 2)
        ) as amount_usd,
        cast(
            case
                when currencies.is_corporate_currency then currencies.amount_at_creation
                else
                    cast(currencies.amount_at_creation as double)
                    / nullif(created_rates.conversion_rate, 0)
            end as decimal(18, 2)
        ) as amount_at_creation_usd,
        currencies.is_open,
        currencies.is_won and not currencies.is_open as is_won,
        currencies.created_at,
        currencies.closed_at,
        case
            when not currencies.is_open and not currencies.is_won
                then coalesce(loss_reasons.loss_reason, currencies.raw_loss_reason, 'unspecified')
        end as loss_reason,
        case
            when not currencies.is_open and not currencies.is_won
                then coalesce(loss_reasons.loss_area, 'other')
        end as loss_area,
        currencies.next_step,
        currencies.loaded_at
    from currencies
    left join account_records
        on currencies.account_record_key = account_records.record_key
    left join conversion_rates as valued_rates
        on
            currencies.currency_code = valued_rates.currency_code
            and currencies.valued_date >= valued_rates.valid_from
            and currencies.valued_date < valued_rates.valid_to
    left join conversion_rates as created_rates
        on
            currencies.currency_code = created_rates.currency_code
            and currencies.created_date >= created_rates.valid_from
            and currencies.created_date < created_rates.valid_to
    left join loss_reasons
        on lower(currencies.raw_loss_reason) = lower(loss_reasons.raw_reason)

)

select * from final
