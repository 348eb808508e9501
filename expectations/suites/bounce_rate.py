"""E-mail bounce rate: do our messages arrive, and do the sources' own events make sense?

The rates come from `quality.rpt_bounce_rates`, which has counted every e-mail event once already; the raw rules look at
what each source delivered, before any model touched it.
"""

from expectations.rules import Rule

# Four weeks: long enough that one mailing does not decide a rate, short enough that a new problem shows within days.
RECENT = "week_start >= cast($as_of as date) - interval '28' day"

RULES = (
    Rule(
        suite="bounce_rate",
        name="bounce_rate_by_source",
        schema="quality",
        table="rpt_bounce_rates",
        sentence="of the e-mails a source sent in the last 28 days at most {threshold} bounced, hard or soft "
        "(from {minimum_rows} e-mails on)",
        measure="value",
        unit="share",
        has_segments=True,
        query=f"""
select
    source_system as row_key,
    source_system as segment,
    cast(sum(hard) + sum(soft) as double) / nullif(sum(sent), 0) as observed,
    sum(sent) >= $minimum_rows
        and cast(sum(hard) + sum(soft) as double) / nullif(sum(sent), 0) > $threshold as is_failing
from {{batch}} as rates
where {RECENT}
group by source_system
""",
    ),
    Rule(
        suite="bounce_rate",
        name="hard_bounce_rate_by_source",
        schema="quality",
        table="rpt_bounce_rates",
        sentence="of the e-mails a source sent in the last 28 days at most {threshold} bounced hard "
        "(from {minimum_rows} e-mails on)",
        measure="value",
        unit="share",
        has_segments=True,
        query=f"""
select
    source_system as row_key,
    source_system as segment,
    cast(sum(hard) as double) / nullif(sum(sent), 0) as observed,
    sum(sent) >= $minimum_rows
        and cast(sum(hard) as double) / nullif(sum(sent), 0) > $threshold as is_failing
from {{batch}} as rates
where {RECENT}
group by source_system
""",
    ),
    Rule(
        suite="bounce_rate",
        name="bounce_rate_by_domain",
        schema="quality",
        table="rpt_bounce_rates",
        sentence="of the e-mails sent to one domain in the last 28 days at most {threshold} bounced "
        "(from {minimum_rows} e-mails on)",
        measure="value",
        unit="share",
        query=f"""
select
    source_system || ' ' || coalesce(email_domain, 'no domain') as row_key,
    case
        when sum(sent) >= $minimum_rows
            then cast(sum(hard) + sum(soft) as double) / nullif(sum(sent), 0)
    end as observed,
    sum(sent) >= $minimum_rows
        and cast(sum(hard) + sum(soft) as double) / nullif(sum(sent), 0) > $threshold as is_failing
from {{batch}} as rates
where {RECENT}
group by source_system, email_domain
""",
    ),
    Rule(
        suite="bounce_rate",
        name="counts_are_possible",
        schema="quality",
        table="rpt_bounce_rates",
        sentence="no count of e-mails is negative and no rate lies below 0",
        query="""
select
    cast(week_start as varchar) || ' ' || source_system || ' ' || coalesce(email_domain, 'no domain') as row_key,
    sent < 0 or delivered < 0 or hard < 0 or soft < 0 or coalesce(rate, 0) < 0 as is_failing
from {batch} as rates
""",
    ),
    Rule(
        suite="bounce_rate",
        name="hubspot_event_has_recipient",
        schema="raw_hubspot",
        table="email_event",
        column="recipient",
        columns=("id", "recipient"),
        sentence="at most {threshold} of HubSpot's e-mail events lack their recipient",
        measure="share",
        unit="share",
        query="""
select cast(id as varchar) as row_key, recipient is null or trim(recipient) = '' as is_failing
from {batch} as events
""",
    ),
    Rule(
        suite="bounce_rate",
        name="hubspot_event_type_is_known",
        schema="raw_hubspot",
        table="email_event",
        column="type",
        columns=("id", "type"),
        sentence="at most {threshold} of HubSpot's e-mail events are of a type that engagement_mappings.csv does "
        "not know and HubSpot does not list",
        measure="share",
        unit="share",
        also_reads=("definitions.engagement_mappings",),
        # The types that no engagement is made from are listed here; the others come from the mapping itself.
        query="""
select
    cast(events.id as varchar) as row_key,
    known.source_activity is null
        and upper(events.type) not in ('PROCESSED', 'DEFERRED', 'DROPPED', 'PRINT', 'FORWARD', 'SUPPRESSED')
        as is_failing
from {batch} as events
left join (
    select distinct upper(source_activity) as source_activity
    from definitions.engagement_mappings
    where source_system = 'hubspot'
) as known
    on known.source_activity = 'EMAIL_EVENT:' || upper(events.type)
""",
    ),
    Rule(
        suite="bounce_rate",
        name="marketo_bounce_has_person",
        schema="raw_marketo",
        table="activity_email_bounced",
        column="lead_id",
        columns=("id", "lead_id"),
        sentence="at most {threshold} of Marketo's hard bounces lack their person",
        measure="share",
        unit="share",
        query="select cast(id as varchar) as row_key, lead_id is null as is_failing from {batch} as bounces",
    ),
)
