with

salesforce_campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

hubspot_email_campaigns as (

    select * from {{ ref('stg_hubspot__email_campaigns') }}

),

marketo_programs as (

    select * from {{ ref('stg_marketo__programs') }}

),

marketo_campaigns as (

    select * from {{ ref('stg_marketo__campaigns') }}

),

pardot_campaigns as (

    select * from {{ ref('stg_pardot__campaigns') }}

),

conversion_rates as (

    select * from {{ ref('int_currencies__rates') }}

),

unioned as (

    select
        'salesforce:campaign:' || salesforce_campaign_id as campaign_id,
        'salesforce' as source_system,
        campaign_name,
        campaign_type,
        lower(replace(coalesce(campaign_type, 'campaign'), ' ', '_')) as channel,
        status,
        coalesce(actual_cost, budgeted_cost) as cost,
        currency_code,
        {{ local_day_start('start_date', setting('reporting_time_zone')) }} as started_at,
        {{ local_day_start('end_date', setting('reporting_time_zone')) }} as ended_at,
        coalesce(
            start_date,
            {{ local_date('created_at', setting('reporting_time_zone')) }}
        ) as cost_date,
        'salesforce:campaign:' || parent_salesforce_campaign_id as parent_campaign_id,
        created_at
    from salesforce_campaigns
    where not is_deleted

    union all

    select
        'hubspot:email_campaign:' || hubspot_email_campaign_id as campaign_id,
        'hubspot' as source_system,
        coalesce(campaign_name, subject) as campaign_name,
        campaign_type,
        'email' as channel,
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as decimal(18, 2)) as cost,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as date) as cost_date,
        cast(null as {{ dbt.type_string() }}) as parent_campaign_id,
        cast(null as timestamp) as created_at
    from hubspot_email_campaigns
    where not is_deleted

    union all

    select
        'marketo:program:' || marketo_program_id as campaign_id,
        'marketo' as source_system,
        campaign_name,
        program_type as campaign_type,
        lower(replace(coalesce(program_channel, 'campaign'), ' ', '_')) as channel,
        status,
        cast(null as decimal(18, 2)) as cost,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        started_at,
        ended_at,
        cast(null as date) as cost_date,
        'salesforce:campaign:' || salesforce_campaign_id as parent_campaign_id,
        created_at
    from marketo_programs
    where not is_deleted

    union all

    select
        'marketo:campaign:' || marketo_campaign_id as campaign_id,
        'marketo' as source_system,
        campaign_name,
        campaign_type,
        'email' as channel,
        case when is_active then 'active' else 'inactive' end as status,
        cast(null as decimal(18, 2)) as cost,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as date) as cost_date,
        'marketo:program:' || marketo_program_id as parent_campaign_id,
        created_at
    from marketo_campaigns
    where not is_deleted

    union all

    select
        'pardot:campaign:' || pardot_campaign_id as campaign_id,
        'pardot' as source_system,
        campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        'campaign' as channel,
        cast(null as {{ dbt.type_string() }}) as status,
        cost,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as date) as cost_date,
        'salesforce:campaign:' || salesforce_campaign_id as parent_campaign_id,
        cast(null as timestamp) as created_at
    from pardot_campaigns
    where not is_deleted

),

final as (

    select
        unioned.campaign_id,
        unioned.source_system,
        unioned.campaign_name,
        unioned.campaign_type,
        unioned.channel,
        unioned.status,
        cast(
            case
                when
                    coalesce(unioned.currency_code, {{ setting('corporate_currency') }})
                    = {{ setting('corporate_currency') }}
                    then unioned.cost
                else cast(unioned.cost as double) / nullif(conversion_rates.conversion_rate, 0)
            end as decimal(18, 2)
        ) as cost_usd,
        unioned.started_at,
        unioned.ended_at,
        unioned.parent_campaign_id,
        unioned.created_at
    from unioned
    left join conversion_rates
        on
            unioned.currency_code = conversion_rates.currency_code
            and unioned.cost_date >= conversion_rates.valid_from
            and unioned.cost_date < conversion_rates.valid_to
    where coalesce(unioned.created_at <= {{ as_of() }}, true)

)

select * from final
