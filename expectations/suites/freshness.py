"""Freshness and volume: is this tonight's data, and all of it?"""

from expectations.rules import Rule

# Tables whose shrinking would be noticed last by a person and first by a decision.
_VOLUMES = (
    ("core", "dim_leads", "leads"),
    ("core", "dim_accounts", "accounts"),
    ("core", "fct_engagements", "engagements"),
    ("core", "fct_opportunities", "opportunities"),
    ("core", "fct_lifecycle_transitions", "lifecycle transitions"),
)

RULES = (
    Rule(
        suite="freshness",
        name="source_is_fresh",
        schema="quality",
        table="rpt_source_freshness",
        sentence="every source's newest record is at most {threshold} old",
        measure="value",
        unit="hours",
        has_segments=True,
        query="""
select
    source_system as row_key,
    source_system as segment,
    min(hours_since_newest_record) as observed,
    min(hours_since_newest_record) > $threshold as is_failing
from {batch} as freshness
group by source_system
""",
    ),
    Rule(
        suite="freshness",
        name="files_in_quarantine",
        schema="quality",
        table="fct_quarantined_files",
        sentence="at most {threshold} delivered files are in quarantine",
        lists_failures=True,
        query="select file_path as row_key, true as is_failing from {batch} as quarantined",
    ),
    Rule(
        suite="freshness",
        name="nothing_from_the_future",
        schema="core",
        table="fct_engagements",
        column="occurred_at",
        sentence="no engagement happened after the instant the build describes",
        query="select engagement_id as row_key, occurred_at > $as_of as is_failing from {batch} as engagements",
    ),
    *(
        Rule(
            suite="freshness",
            name=f"{table}_kept",
            schema=schema,
            table=table,
            sentence=f"tonight has at least {{threshold}} of the {what} that the last published night had",
            measure="value",
            worst="min",
            unit="share",
            also_reads=("quality_state.table_rows",),
            query=f"""
select
    '{schema}.{table}' as row_key,
    cast(tonight.row_count as double) / before.row_count as observed,
    cast(tonight.row_count as double) / before.row_count < $threshold as is_failing
from (select count(*) as row_count from {{batch}} as counted) as tonight
inner join (
    select max_by(row_count, checked_at) as row_count
    from quality_state.table_rows
    where schema_name = '{schema}' and table_name = '{table}' and checked_at < $as_of
) as before
    on before.row_count > 0
""",
        )
        for schema, table, what in _VOLUMES
    ),
)
