"""Duplicates: one person, one lead; one act, one engagement; one delivery, one row."""

from expectations.rules import Rule

_RAW_KEYS = (
    ("raw_salesforce", "lead", "Salesforce's leads"),
    ("raw_salesforce", "contact", "Salesforce's contacts"),
    ("raw_hubspot", "contact", "HubSpot's contacts"),
    ("raw_marketo", "lead", "Marketo's leads"),
    ("raw_pardot", "prospect", "Pardot's prospects"),
)

# Address columns as the loader names them; a source whose extract has another name is skipped.
_RAW_EMAILS = (
    ("raw_salesforce", "lead", "email", "Salesforce's leads"),
    ("raw_salesforce", "contact", "email", "Salesforce's contacts"),
    ("raw_hubspot", "contact", "property_email", "HubSpot's contacts"),
    ("raw_marketo", "lead", "email", "Marketo's leads"),
    ("raw_pardot", "prospect", "email", "Pardot's prospects"),
)

RULES = (
    *(
        Rule(
            suite="duplicates",
            name=f"{schema.removeprefix('raw_')}_{table}_delivered_once",
            schema=schema,
            table=table,
            column="id",
            columns=("id", "_file_order", "_row"),
            sentence=f"no row of {what} was loaded twice from one file",
            query="""
select
    coalesce(cast(id as varchar), 'no id') || ' file ' || cast(_file_order as varchar) || ' row '
    || cast(_row as varchar) as row_key,
    count(*) > 1 as is_failing
from {batch} as delivered
group by id, _file_order, _row
""",
        )
        for schema, table, what in _RAW_KEYS
    ),
    *(
        Rule(
            suite="duplicates",
            name=f"{schema.removeprefix('raw_')}_{table}_shares_email",
            schema=schema,
            table=table,
            column=column,
            columns=("id", column),
            sentence=f"at most {{threshold}} of {what} share their address with another one of the same table",
            measure="share",
            unit="share",
            # Counted on ids: a record that was delivered in several versions is no duplicate of itself.
            query=f"""
select row_key, count(*) over (partition by address) > 1 as is_failing
from (
    select distinct cast(id as varchar) as row_key, md5(lower(trim({column}))) as address
    from {{batch}} as delivered
    where {column} is not null and trim({column}) <> ''
) as addresses
""",
        )
        for schema, table, column, what in _RAW_EMAILS
    ),
    Rule(
        suite="duplicates",
        name="record_belongs_to_one_lead",
        schema="core",
        table="bridge_lead_records",
        column="record_key",
        sentence="every source record belongs to exactly one lead",
        query="""
select record_key as row_key, count(*) > 1 or bool_or(lead_id is null) as is_failing
from {batch} as records
group by record_key
""",
    ),
    Rule(
        suite="duplicates",
        name="address_belongs_to_one_lead",
        schema="core",
        table="dim_leads",
        column="email",
        also_reads=("definitions.role_mailboxes",),
        sentence="no address but a role mailbox stands on two leads",
        query="""
select
    leads.lead_id as row_key,
    roles.local_part is null and count(*) over (partition by leads.address) > 1 as is_failing
from (
    select lead_id, lower(email) as address, split_part(lower(email), '@', 1) as local_part
    from {batch} as all_leads
    where email is not null
) as leads
left join (select distinct lower(trim(local_part)) as local_part from definitions.role_mailboxes) as roles
    on split_part(leads.local_part, '+', 1) = roles.local_part
""",
    ),
    Rule(
        suite="duplicates",
        name="salesforce_account_on_one_account",
        schema="core",
        table="dim_accounts",
        column="salesforce_account_id",
        sentence="no Salesforce account stands on two accounts",
        query="""
select account_id as row_key, count(*) over (partition by salesforce_account_id) > 1 as is_failing
from {batch} as accounts
where salesforce_account_id is not null
""",
    ),
    Rule(
        suite="duplicates",
        name="open_duplicates",
        schema="quality",
        table="fct_duplicate_records",
        also_reads=("core.bridge_lead_records",),
        sentence="at most {threshold} of the living source records are open duplicates inside their source",
        measure="value",
        unit="share",
        query="""
select
    'all sources' as row_key,
    cast(found.row_count as double) / nullif(living.row_count, 0) as observed,
    cast(found.row_count as double) / nullif(living.row_count, 0) > $threshold as is_failing
from (select count(*) as row_count from {batch} as duplicates) as found
cross join (
    select count(*) as row_count from core.bridge_lead_records where not is_deleted and not is_excluded
) as living
""",
    ),
    Rule(
        suite="duplicates",
        name="act_counted_once",
        schema="core",
        table="fct_engagements",
        also_reads=("definitions.settings",),
        sentence="at most {threshold} of the last 28 days' inbound acts were counted from two systems at the same "
        "instant",
        measure="share",
        unit="share",
        query="""
select min(engagement_id) as row_key, count(distinct source_system) > 1 as is_failing
from {batch} as engagements
where direction = 'inbound' and asset is not null and occurred_at > $as_of - interval '28' day
group by lead_id, engagement_type, asset, occurred_at
""",
    ),
)
