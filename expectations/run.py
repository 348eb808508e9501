"""Checks a build database: every rule with a threshold, inside DuckDB, with Data Docs beside the warehouse."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.results import CheckReport, CheckResult, Status
from expectations.rules import (
    PROJECT,
    SEED,
    Check,
    Rule,
    all_rules,
    checks,
    format_number,
    parse_thresholds,
    read_thresholds,
)

# Schemas that a build may lack: a source that is not in use, or the first night's history.
OPTIONAL_SCHEMAS = ("raw_", "quality_state")


class ChecksFailedToRun(Exception):
    """The checks could not start; says what to do."""


def run(
    database: Path,
    run_id: str,
    as_of: datetime | str,
    warehouse: Path | None = None,
    *,
    rules: Sequence[Rule] | None = None,
    data_docs: bool = True,
) -> CheckReport:
    """Check a build.

    `database` is the build's file, which nobody may be writing; `as_of` the instant (UTC) that it describes. Data Docs
    go to `<warehouse>/data_docs/` (the warehouse is two folders above the database unless given). Thresholds are those
    of the build, `definitions.quality_thresholds`. Never raises for what the data holds: that is in the report.
    Raises `ThresholdsInvalid` when the thresholds cannot be applied, `ChecksFailedToRun` when the file cannot be read.
    """
    started = time.monotonic()
    database = Path(database)
    instant = _instant(as_of)
    warehouse = Path(warehouse) if warehouse is not None else database.resolve().parent.parent
    known = tuple(rules) if rules is not None else all_rules()
    columns, thresholds = _look_at(database)
    planned = checks(known, thresholds)

    report = CheckReport(run_id=run_id, as_of=instant)
    runnable: list[Check] = []
    for check in planned:
        missing = _missing(check.rule, columns)
        if missing is None:
            runnable.append(check)
        else:
            status: Status = "skipped" if missing[1] else "error"
            report.results.append(_without_run(check, status, missing[0]))

    docs = warehouse / "data_docs"
    report.results += _validate(database, runnable, report, docs if data_docs else None)
    report.results.sort(key=lambda r: (r.suite, r.table, r.expectation, r.segment))
    if data_docs:
        report.data_docs = docs / "index.html"
        _write_overview(report, docs)
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _instant(as_of: datetime | str) -> datetime:
    instant = datetime.fromisoformat(as_of.replace("Z", "+00:00")) if isinstance(as_of, str) else as_of
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _look_at(database: Path) -> tuple[dict[str, set[str]], list[Any]]:
    """Columns of every table, and the thresholds of the build (the project's own where a build has none)."""
    if not database.exists():
        raise ChecksFailedToRun(f"{database} does not exist: build the models before checking them.")
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as problem:
        raise ChecksFailedToRun(
            f"{database} cannot be opened for reading: another process writes it. Check after the build has ended. "
            f"({str(problem).splitlines()[0]})"
        ) from problem
    with connection:
        columns: dict[str, set[str]] = {}
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            columns.setdefault(f"{schema}.{table}", set()).add(column.lower())
        if "definitions.quality_thresholds" not in columns:
            return columns, read_thresholds(PROJECT / "seeds" / "definitions" / SEED)
        cursor = connection.execute("select * from definitions.quality_thresholds")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return columns, parse_thresholds(rows, SEED)


def _missing(rule: Rule, columns: Mapping[str, set[str]]) -> tuple[str, bool] | None:
    """What the rule needs and the build lacks, and whether that is no error; None when nothing is missing."""
    for table in rule.tables:
        if table not in columns:
            return f"there is no table {table}", rule.is_raw or table.startswith(OPTIONAL_SCHEMAS)
    gone = [column for column in rule.columns if column.lower() not in columns[rule.relation]]
    if gone:
        return f"{rule.relation} has no column {', '.join(gone)}", rule.is_raw
    return None


def _threshold_text(check: Check) -> str:
    return format_number(check.threshold.threshold, check.rule.unit)


def _without_run(check: Check, status: Status, message: str) -> CheckResult:
    return CheckResult(
        suite=check.rule.suite,
        expectation=check.rule.name,
        segment=check.segment,
        schema_name=check.rule.schema,
        table_name=check.rule.table,
        column_name=check.rule.column,
        status=status,
        is_blocking=check.is_blocking,
        observed=None,
        threshold=_threshold_text(check),
        failing_rows=None,
        owner=check.threshold.owner,
        sentence=check.sentence,
        message=message,
    )


def _validate(
    database: Path, runnable: Sequence[Check], report: CheckReport, docs: Path | None
) -> list[CheckResult]:
    """Run the checks with Great Expectations, one suite per subject and table."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.expectations.metadata_types import FailureSeverity

    from expectations import duckdb_dialect
    from expectations.engine import ExpectRowsToKeepRule

    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    if docs is not None:
        built = docs.with_name(f"{docs.name}.new")
        shutil.rmtree(built, ignore_errors=True)
        site = {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(built.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
        for name in list(context.get_site_names() or []):
            context.delete_data_docs_site(name)
        context.add_data_docs_site("concord", site)
    source = context.data_sources.add_sql(
        "build",
        connection_string=duckdb_dialect.url(database),
        create_temp_table=False,
        kwargs=duckdb_dialect.connect_arguments(),
    )
    as_of = report.as_of.isoformat(sep=" ")
    results: list[CheckResult] = []
    # Held open so that the statements in between share one opened file and what it has cached.
    anchor = source.get_engine().connect()
    try:
        for (suite_name, schema, table), group in _grouped(runnable).items():
            relation = f"{schema}.{table}"
            asset = source.add_table_asset(f"{suite_name} {relation}", table_name=table, schema_name=schema)
            suite = context.suites.add(gx.ExpectationSuite(name=f"{suite_name}.{schema}_{table}"))
            for check in group:
                suite.add_expectation(
                    ExpectRowsToKeepRule(
                        unexpected_rows_query=check.rows_query(as_of),
                        measure=check.rule.measure,
                        limit=check.threshold.threshold,
                        worst=check.rule.worst,
                        description=_docs_text(check),
                        severity=FailureSeverity.CRITICAL if check.is_blocking else FailureSeverity.WARNING,
                        meta={"check": check.name},
                    )
                )
            definition = context.validation_definitions.add(
                gx.ValidationDefinition(
                    name=f"{suite_name}.{schema}_{table}",
                    data=asset.add_batch_definition_whole_table("whole table"),
                    suite=suite,
                )
            )
            started = time.monotonic()
            validation = definition.run(
                result_format="COMPLETE", run_id=RunIdentifier(run_name=report.run_id)
            )
            seconds = (time.monotonic() - started) / len(group)
            by_name = {
                (r.expectation_config.meta or {}).get("check"): r
                for r in validation.results
                if r.expectation_config is not None
            }
            results += [_result(check, by_name.get(check.name), seconds) for check in group]
        if docs is not None:
            context.build_data_docs()
    finally:
        anchor.close()
        source.get_engine().dispose()
    return results


def _grouped(runnable: Iterable[Check]) -> dict[tuple[str, str, str], list[Check]]:
    groups: dict[tuple[str, str, str], list[Check]] = {}
    for check in runnable:
        groups.setdefault((check.rule.suite, check.rule.schema, check.rule.table), []).append(check)
    return groups


def _docs_text(check: Check) -> str:
    gate = "blocks publishing" if check.is_blocking else "warns"
    owner = check.threshold.owner.replace("_", " ")
    return f"{check.sentence[0].upper()}{check.sentence[1:]}. ({check.name}; {gate}; {owner})"


def _result(check: Check, found: Any, seconds: float) -> CheckResult:
    """A validation result of Great Expectations as ours."""
    result = (getattr(found, "result", None) or {}) if found is not None else {}
    if "looked_at" not in result:
        return _without_run(check, "error", _exception_text(found))
    failing = int(result["failing_rows"])
    status: Status = "passed"
    if not found.success:
        status = "failed" if check.is_blocking else "warned"
    elif result["looked_at"] == 0 and not check.rule.lists_failures:
        status = "skipped"
    observed = result["observed_value"]
    keys = result["failing_keys"]
    if isinstance(keys, str):
        keys = json.loads(keys)
    return CheckResult(
        suite=check.rule.suite,
        expectation=check.rule.name,
        segment=check.segment,
        schema_name=check.rule.schema,
        table_name=check.rule.table,
        column_name=check.rule.column,
        status=status,
        is_blocking=check.is_blocking,
        observed=None if observed is None else format_number(float(observed), check.rule.unit),
        threshold=_threshold_text(check),
        failing_rows=failing,
        owner=check.threshold.owner,
        sentence=check.sentence,
        failing_keys=tuple(str(key) for key in keys or ()),
        message="no rows to check" if status == "skipped" else "",
        seconds=round(seconds, 3),
    )


def _exception_text(found: Any) -> str:
    """What the database said, first line only: a message may quote the row that broke it."""
    info = getattr(found, "exception_info", None) or {}
    messages = [info] if "exception_message" in info else list(info.values())
    for entry in messages:
        text = str((entry or {}).get("exception_message") or "").strip()
        if text:
            return text.splitlines()[0][:300]
    return "the check returned nothing"


def _write_overview(report: CheckReport, docs: Path) -> None:
    """Make the built pages self-contained, write our index over theirs, and swap the folder in."""
    from expectations.data_docs import install, localise, overview

    built = docs.with_name(f"{docs.name}.new")
    built.mkdir(parents=True, exist_ok=True)
    # Great Expectations sets a page of its own logo and fonts beside; nothing of ours refers to them.
    shutil.rmtree(built / "static", ignore_errors=True)
    localise(built)
    pages: dict[tuple[str, str], str] = {}
    for page in sorted((built / "validations").rglob("*.html")) if (built / "validations").exists() else []:
        parts = page.relative_to(built / "validations").parts
        if len(parts) >= 2:
            pages[parts[0], parts[1]] = page.relative_to(built).as_posix()
    (built / "index.html").write_text(overview(report, pages), encoding="utf-8")
    install(built, docs)
