-- Not incremental: an engagement moves to another lead, and so to another domain, when records merge.
with

engagements as (

    select * from {{ ref('fct_engagements') }}

),

leads as (

    select * from {{ ref('int_people__leads') }}

),

settings as (

    select max(case when setting = 'reporting_time_zone' then value end) as reporting_time_zone
    from {{ ref('settings') }}

),

email_events as (

    select
        engagements.source_system,
        -- Deleted leads count too: their e-mails were sent, and came back or did not.
        leads.email_domain,
        engagements.engagement_type,
        cast(
            date_trunc('week', {{ local_date('engagements.occurred_at', 'settings.reporting_time_zone') }}) as date
        ) as week_start
    from engagements
    left join leads
        on engagements.lead_id = leads.lead_id
    cross join settings
    where engagements.engagement_type in (
        'email_sent', 'email_delivered', 'email_hard_bounced', 'email_soft_bounced'
    )

),

counted as (

    select
        week_start,
        source_system,
        email_domain,
        cast(sum(case when engagement_type = 'email_sent' then 1 else 0 end) as bigint) as sent,
        cast(sum(case when engagement_type = 'email_delivered' then 1 else 0 end) as bigint) as delivered,
        cast(sum(case when engagement_type = 'email_hard_bounced' then 1 else 0 end) as bigint) as hard,
        cast(sum(case when engagement_type = 'email_soft_bounced' then 1 else 0 end) as bigint) as soft
    from email_events
    group by week_start, source_system, email_domain

),

rated as (

    select
        week_start,
        source_system,
        email_domain,
        sent,
        delivered,
        hard,
        soft,
        cast(hard + soft as double) / nullif(sent, 0) as rate,
        cast(hard as double) / nullif(sent, 0) as hard_rate
    from counted

)

select * from rated
