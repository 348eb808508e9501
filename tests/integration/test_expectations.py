"""The suites on a database with known faults: every fault is found, named by its row, and nothing else is."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from expectations import CheckReport, run
from expectations.history import record
from expectations.rules import all_rules

PROJECT = Path(__file__).resolve().parents[2]
AS_OF = "2026-07-01T00:00:00"
HOSTILE = "<script>alert(1)</script>"


def create_contract_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every public table, empty, with the columns that its contract declares."""
    for path in sorted((PROJECT / "models" / "marts").rglob("_*.yml")):
        schema = path.parent.name
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models") or []:
            columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace table {schema}.{model['name']} ({columns})")
    connection.execute(
        "create schema if not exists intermediate; create schema if not exists definitions;"
        "create schema if not exists raw_hubspot;"
        "create table intermediate.int_accounts__records ("
        " record_key varchar, source_system varchar, website varchar, domain varchar, is_deleted boolean)"
    )
    for seed in ("quality_thresholds", "engagement_mappings", "role_mailboxes", "settings"):
        connection.execute(
            f"create table definitions.{seed} as "
            f"select * from read_csv('{PROJECT / 'seeds/definitions' / (seed + '.csv')}', header = true)"
        )
    if not connection.execute(
        "select 1 from information_schema.tables where table_name = 'fct_duplicate_records'"
    ).fetchone():
        connection.execute("create table quality.fct_duplicate_records (record_key varchar)")


def sound_company(connection: duckdb.DuckDBPyConnection) -> None:
    """Forty leads on forty accounts, each at MQL, mailed ten times; HubSpot in use, the other sources not."""
    connection.execute("""
        create temp table people as
            select
                'lead' || n as lead_id, 'account' || n as account_id,
                'person' || n || '@company' || n || '.com' as email,
                'company' || n || '.com' as domain, timestamp '2026-01-01' + n * interval 1 hour as created_at
            from range(40) as numbers(n);
        insert into core.dim_leads by name
            select lead_id, email, domain as email_domain, account_id, 'mql' as lifecycle_stage, created_at from people;
        insert into core.dim_accounts by name
            select account_id, domain as primary_domain, 'sf' || account_id as salesforce_account_id from people;
        insert into core.bridge_lead_accounts by name
            select lead_id, account_id, 'email_domain' as match_method, false as needs_review from people;
        insert into core.bridge_account_domains by name
            select domain, account_id, 'corporate' as domain_class, true as is_primary, false as is_ambiguous
            from people;
        insert into core.bridge_lead_records by name
            select 'hubspot:contact:' || lead_id as record_key, lead_id, false as is_deleted, false as is_excluded
            from people;
        insert into core.fct_lifecycle_transitions by name
            select
                't' || lead_id as transition_id, lead_id, 'raw' as from_stage, 'mql' as to_stage,
                created_at + interval 1 day as occurred_at
            from people;
        insert into core.fct_engagements by name
            select
                'e' || lead_id as engagement_id, lead_id, timestamp '2026-06-20' as occurred_at,
                'inbound' as direction, 'email_clicked' as engagement_type, 'asset' as asset,
                'hubspot' as source_system
            from people;
        insert into quality.rpt_bounce_rates by name
            select
                date '2026-06-22' as week_start, 'hubspot' as source_system, domain as email_domain, 10 as sent,
                10 as delivered, 0 as hard, 0 as soft, 0.0 as rate, 0.0 as hard_rate
            from people;
        insert into quality.rpt_source_freshness by name
            select 'hubspot' as source_system, 'contact' as table_name, 1.5 as hours_since_newest_record;
        insert into intermediate.int_accounts__records
            select 'hubspot:company:' || account_id, 'hubspot', 'https://' || domain, domain, false from people;
        create table raw_hubspot.contact as
            select lead_id as id, email as property_email, 1 as _file_order, row_number() over () as _row from people;
        create table raw_hubspot.company as select account_id as id, domain as property_domain from people;
        create table raw_hubspot.email_event as
            select lead_id as id, email as recipient, 'SENT' as type from people;
        drop table people;
        -- A role's address may be several people's, however the mailbox is written in the list.
        insert into definitions.role_mailboxes by name select ' Postbox ' as local_part;
        update core.dim_leads set email = 'postbox@company38.com' where lead_id in ('lead38', 'lead39');
    """)


# What is broken, and the check that must say so with these keys.
FAULTS: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "delete from core.bridge_lead_accounts where lead_id = 'lead3'",
        "domain_mapping.lead_has_one_account_row",
        ("lead3",),
    ),
    (
        "update core.bridge_lead_accounts set account_id = 'gone' where lead_id = 'lead4'",
        "domain_mapping.mapped_account_exists",
        ("lead4",),
    ),
    (
        "update core.bridge_account_domains set domain_class = 'free_mail' where domain = 'company5.com'",
        "domain_mapping.matched_by_corporate_domain",
        ("lead5",),
    ),
    (
        (
            "insert into core.bridge_account_domains by name select 'second.com' as domain, 'account6' as account_id, "
            "'corporate' as domain_class, true as is_primary, false as is_ambiguous"
        ),
        "domain_mapping.one_primary_domain_per_account",
        ("account6",),
    ),
    (
        (
            "insert into core.bridge_account_domains by name select 'company7.com' as domain, "
            "'account8' as account_id, 'corporate' as domain_class, false as is_primary, false as is_ambiguous"
        ),
        "domain_mapping.ambiguity_is_flagged",
        ("company7.com",),
    ),
    (
        "insert into core.bridge_lead_records by name select 'hubspot:contact:lead9' as record_key, 'x' as lead_id",
        "duplicates.record_belongs_to_one_lead",
        ("hubspot:contact:lead9",),
    ),
    (
        "update core.dim_leads set email = 'person10@company10.com' where lead_id = 'lead11'",
        "duplicates.address_belongs_to_one_lead",
        ("lead10", "lead11"),
    ),
    (
        "update core.dim_accounts set salesforce_account_id = 'sfaccount12' where account_id = 'account13'",
        "duplicates.salesforce_account_on_one_account",
        ("account12", "account13"),
    ),
    (
        "insert into raw_hubspot.contact select * from raw_hubspot.contact where id = 'lead14'",
        "duplicates.hubspot_contact_delivered_once",
        ("lead14 file 1 row 15",),
    ),
    (
        "update core.fct_engagements set occurred_at = timestamp '2026-07-02' where lead_id = 'lead15'",
        "freshness.nothing_from_the_future",
        ("elead15",),
    ),
    (
        "update core.fct_lifecycle_transitions set occurred_at = timestamp '2025-01-01' where lead_id = 'lead16'",
        "lifecycle.transition_after_creation",
        ("tlead16",),
    ),
    (
        "update core.fct_lifecycle_transitions set from_stage = 'sal' where lead_id = 'lead17'",
        "lifecycle.one_stage_at_a_time",
        ("lead17",),
    ),
    (
        "update core.dim_leads set lifecycle_stage = 'customer' where lead_id = 'lead18'",
        "lifecycle.lead_stands_where_the_ledger_says",
        ("lead18",),
    ),
    (
        (
            "insert into core.fct_lifecycle_transitions by name "
            "select 'odd' as transition_id, 'other' as lead_id, 'raw' as from_stage, 'mystery' as to_stage, "
            "timestamp '2026-06-01' as occurred_at"
        ),
        "lifecycle.stages_are_known",
        ("odd",),
    ),
    (
        "update quality.rpt_bounce_rates set hard = -1 where email_domain = 'company19.com'",
        "bounce_rate.counts_are_possible",
        ("2026-06-22 hubspot company19.com",),
    ),
    # Warnings: true, worth a look, no reason to hold the warehouse back.
    (
        "update quality.rpt_bounce_rates set sent = 100, hard = 60 where email_domain = 'company20.com'",
        "bounce_rate.bounce_rate_by_domain",
        ("hubspot company20.com",),
    ),
    (
        "insert into quality.fct_quarantined_files by name select 'hubspot/contact/x.csv' as file_path",
        "freshness.files_in_quarantine",
        ("hubspot/contact/x.csv",),
    ),
    (
        f"insert into raw_hubspot.email_event select '{HOSTILE}', null, 'SENT' from range(10)",
        "bounce_rate.hubspot_event_has_recipient",
        (HOSTILE,),
    ),
]
# Facts that follow from a fault above, and are reported too.
CONSEQUENCES = {
    "bounce_rate.bounce_rate_by_source",
    "bounce_rate.hard_bounce_rate_by_source",
    "lifecycle.lead_stands_where_the_ledger_says",
    "domain_mapping.email_disagrees_with_account",
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckReport]:
    """The sound company and the broken one, each checked once."""
    reports = {}
    for name in ("sound", "broken"):
        folder = tmp_path_factory.mktemp(name)
        database = folder / "build" / "concord.duckdb"
        database.parent.mkdir()
        with duckdb.connect(str(database)) as connection:
            create_contract_tables(connection)
            sound_company(connection)
            if name == "broken":
                for sql, _, _ in FAULTS:
                    connection.execute(sql)
        reports[name] = run(database, f"run-{name}", AS_OF)
    return reports


def named(report: CheckReport) -> dict[str, object]:
    return {f"{r.suite}.{r.check_id}": r for r in report.results}


def test_a_sound_company_passes(checked: dict[str, CheckReport]) -> None:
    report = checked["sound"]
    assert [str(r) for r in report.results if r.status not in ("passed", "skipped")] == []
    assert report.ok
    assert sum(r.status == "passed" for r in report.results) >= 25


def test_a_source_that_is_not_in_use_costs_nothing(checked: dict[str, CheckReport]) -> None:
    skipped = {r.table for r in checked["sound"].results if r.status == "skipped"}
    assert {"raw_salesforce.lead", "raw_marketo.lead", "raw_pardot.prospect"} <= skipped


@pytest.mark.parametrize(("check", "keys"), [(check, keys) for _, check, keys in FAULTS])
def test_a_fault_is_found_and_its_rows_named(
    checked: dict[str, CheckReport], check: str, keys: tuple[str, ...]
) -> None:
    result = named(checked["broken"])[check]
    assert result.status == ("failed" if result.is_blocking else "warned"), str(result)
    assert set(keys) <= set(result.failing_keys), str(result)
    assert all(key in str(result) for key in keys)
    assert result.table in str(result)
    if check not in CONSEQUENCES and check != "bounce_rate.hubspot_event_has_recipient":
        assert result.failing_rows == len(keys), str(result)


def test_nothing_else_is_reported(checked: dict[str, CheckReport]) -> None:
    reported = {n for n, r in named(checked["broken"]).items() if r.status not in ("passed", "skipped")}
    assert reported - {check for _, check, _ in FAULTS} <= CONSEQUENCES


def test_warnings_do_not_block(checked: dict[str, CheckReport]) -> None:
    report = checked["broken"]
    assert not report.ok
    blocking = {f"{r.suite}.{r.check_id}" for r in report.blocking_failures}
    assert "bounce_rate.bounce_rate_by_domain" not in blocking
    assert "freshness.files_in_quarantine" not in blocking
    assert {r.status for r in report.warnings} == {"warned"}


def test_no_personal_data_leaves_the_database(checked: dict[str, CheckReport]) -> None:
    report = checked["broken"]
    told = "\n".join(str(r) for r in report.results)
    assert "@" not in told
    for page in report.data_docs.parent.rglob("*.html"):
        assert "@company" not in page.read_text(encoding="utf-8"), page


def test_data_docs_are_safe_and_need_no_network(checked: dict[str, CheckReport]) -> None:
    folder = checked["broken"].data_docs.parent
    pages = {page: page.read_text(encoding="utf-8") for page in folder.rglob("*.html")}
    assert len(pages) > 20
    shown = [text for text in pages.values() if "alert(1)" in text]
    assert len(shown) >= 2, "the hostile key should be shown, as text"
    for page, text in pages.items():
        assert HOSTILE not in text, page
        assert "<script" not in text, page
        assert not re.search(r"<(?:link|img|iframe)\b[^>]*https?:", text), page
    index = (folder / "index.html").read_text(encoding="utf-8")
    for link in re.findall(r'href="([^"]+)"', index):
        assert (folder / link).exists(), link


def test_checks_run_inside_the_database(tmp_path: Path) -> None:
    """However many rows a table has, a check brings one row back; no statement returns the table."""
    from expectations import duckdb_dialect
    from expectations.rules import Rule

    database = tmp_path / "build" / "concord.duckdb"
    database.parent.mkdir()
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists core; create schema if not exists definitions")
        connection.execute("create table core.big as select i as id, i % 2 as odd from range(100000) as t(i)")
        connection.execute(
            "create table definitions.quality_thresholds as "
            "select 's' as suite, 'odd' as expectation, 'all' as segment, 0.6 as threshold, 0 as minimum_rows, "
            "'blocking' as severity, 'nobody' as owner"
        )
    fetched: list[int] = []
    statements: list[str] = []
    original = duckdb_dialect.BufferingContext.post_exec

    def counting(self: duckdb_dialect.BufferingContext) -> None:
        original(self)
        statements.append(str(self.statement or ""))
        if hasattr(self.cursor_fetch_strategy, "_rowbuffer"):
            fetched.append(len(self.cursor_fetch_strategy._rowbuffer))

    duckdb_dialect.BufferingContext.post_exec = counting
    try:
        rule = Rule(
            "s",
            "odd",
            "core",
            "big",
            "at most {threshold} are odd",
            "select cast(id as varchar) as row_key, odd = 1 as is_failing from {batch} as numbers",
            measure="share",
            unit="share",
        )
        report = run(database, "run", AS_OF, rules=[rule], data_docs=False)
    finally:
        duckdb_dialect.BufferingContext.post_exec = original
    (result,) = report.results
    assert result.status == "passed"
    assert result.observed == "50 %"
    assert result.failing_rows == 50_000
    assert len(result.failing_keys) == 10
    counted = [statement for statement in statements if "is_failing" in statement]
    assert len(counted) == 1, "one scan per check"
    assert max(fetched) <= 5, "a check brings back counts, not rows"


def test_results_are_kept_once_per_run(checked: dict[str, CheckReport], tmp_path: Path) -> None:
    database = tmp_path / "concord.duckdb"
    with duckdb.connect(str(database)) as connection:
        create_contract_tables(connection)
        connection.execute("insert into core.dim_leads by name select 'a' as lead_id")
    report = checked["broken"]
    sound = [result for result in report.results if not result.blocks]
    first = CheckReport("earlier", datetime(2026, 6, 30), sound[:5])
    for repeated in (first, report, report):
        record(database, repeated)
    attempt = CheckReport("second attempt at the same night", report.as_of, report.results[:7])
    with duckdb.connect(str(database), read_only=True) as connection:
        kept = dict(
            connection.execute("select run_id, count(*) from quality.rpt_data_quality group by 1").fetchall()
        )
        rows = connection.execute(
            "select row_count from quality_state.table_rows where run_id = 'earlier' and table_name = 'dim_leads'"
        ).fetchone()
    assert kept == {"earlier": 5, "run-broken": len(report.results)}
    assert rows == (1,)
    record(database, attempt)
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in ("quality.rpt_data_quality", "quality_state.check_results"):
            kept = dict(connection.execute(f"select run_id, count(*) from {table} group by 1").fetchall())
            assert kept == {"earlier": 5, attempt.run_id: 7}


def test_a_table_that_lost_its_rows_is_held_back(tmp_path: Path) -> None:
    database = tmp_path / "build" / "concord.duckdb"
    database.parent.mkdir()
    with duckdb.connect(str(database)) as connection:
        create_contract_tables(connection)
        sound_company(connection)
    record(database, CheckReport("yesterday", datetime(2026, 6, 30), []))
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from core.dim_accounts where account_id > 'account2'")
    report = run(database, "tonight", AS_OF, data_docs=False)
    record(database, report)  # in the process that has just checked: the checks let go of the file
    result = named(report)["freshness.dim_accounts_kept"]
    assert result.status == "failed"
    assert result.failing_keys == ("core.dim_accounts",)
    # The next night finds no more, and is still compared with the last one that could be published.
    again = run(database, "next night", "2026-07-02T00:00:00", data_docs=False)
    assert named(again)["freshness.dim_accounts_kept"].status == "failed"


def test_a_raw_rule_about_an_existing_schema_is_checked_there(tmp_path: Path) -> None:
    project = tmp_path / "dbt_project.yml"
    project.write_text("vars: {salesforce_schema: fivetran_sf, hubspot_schema: fivetran_hs}")
    database = tmp_path / "build" / "concord.duckdb"
    database.parent.mkdir()
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema fivetran_sf")
        connection.execute(
            "create table fivetran_sf.lead as select i as id, 'a@b.co' as email from range(4) as t(i)"
        )
    report = run(database, "run", "2026-07-01T00:00:00", rules=all_rules(project), data_docs=False)
    found = {(result.table, result.expectation): result for result in report.results}
    shares = found["fivetran_sf.lead", "salesforce_lead_shares_email"]
    assert (shares.status, shares.failing_rows) == ("warned", 4)
    # Another loader keeps no file order: that rule has nothing to look at, nor have those of a schema without tables.
    assert found["fivetran_sf.lead", "salesforce_lead_delivered_once"].status == "skipped"
    assert found["fivetran_hs.contact", "hubspot_contact_shares_email"].status == "skipped"
