"""What every night's checks found, kept in the build database and shown in `quality.rpt_data_quality`.

The models run before the checks that judge them, so no model can hold tonight's results: they are written here, after
the checks and before the publishing, into `quality_state` (which no rebuild touches) and into the built public table
under the contract that dbt declared for it (ADR 0170).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from expectations.results import CheckReport, CheckResult
from orchestration.storage import open_build

PUBLIC = ("quality", "rpt_data_quality")
_COLUMNS = {
    "run_id": "varchar",
    "checked_at": "timestamp",
    "suite": "varchar",
    "expectation": "varchar",
    "schema_name": "varchar",
    "table_name": "varchar",
    "column_name": "varchar",
    "status": "varchar",
    "is_blocking": "boolean",
    "observed": "varchar",
    "threshold": "varchar",
    "failing_rows": "bigint",
    "owner": "varchar",
    "sentence": "varchar",
    "failing_keys": "varchar",
}


def record(database: Path, report: CheckReport, more: Iterable[CheckResult] = ()) -> int:
    """Write a run's results (and `more`, dbt's) into the build database; returns how many.

    The results of a run replace those that the same run, or an earlier attempt at the same night, left behind: once
    per night, however often it is repeated. One transaction: a reader of the file finds all of it or nothing.
    Raises `duckdb.IOException` when another process writes the database.
    """
    results = [*report.results, *more]
    with open_build(database) as connection:
        connection.begin()
        _create(connection)
        _replace(connection, "quality_state.check_results", report.run_id, report.as_of, results)
        # Only a night that may be published is a measure for the next one: two short nights are not one long one.
        if not any(result.blocks for result in results):
            _count_tables(connection, report.run_id, report.as_of)
        if _public_columns(connection):
            _replace(connection, ".".join(PUBLIC), report.run_id, report.as_of, results)
        connection.commit()
    return len(results)


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())
    connection.execute("create schema if not exists quality_state")
    connection.execute(f"create table if not exists quality_state.check_results ({columns})")
    connection.execute(
        "create table if not exists quality_state.table_rows "
        "(run_id varchar, checked_at timestamp, schema_name varchar, table_name varchar, row_count bigint)"
    )


def _row(run_id: str, as_of: datetime, result: CheckResult) -> list[object]:
    return [
        run_id,
        as_of,
        result.suite,
        result.check_id,
        result.schema_name,
        result.table_name,
        result.column_name,
        result.status,
        result.is_blocking,
        result.observed,
        result.threshold,
        result.failing_rows,
        result.owner,
        result.sentence or result.message or None,
        ", ".join(result.failing_keys) or None,
    ]


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    run_id: str,
    as_of: datetime,
    results: Sequence[CheckResult],
) -> None:
    connection.execute(f"delete from {table} where run_id = ? or checked_at = ?", [run_id, as_of])
    if results:
        # One statement: row by row, a thousand results would take seconds.
        marks = f"({', '.join('?' for _ in _COLUMNS)})"
        connection.execute(
            f"insert into {table} ({', '.join(_COLUMNS)}) values {', '.join([marks] * len(results))}",
            [value for result in results for value in _row(run_id, as_of, result)],
        )


def _public_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Columns of the built public table; empty before the models ran."""
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
        list(PUBLIC),
    ).fetchall()
    return [name for (name,) in rows]


def _count_tables(connection: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> None:
    """How many rows each core table has tonight; the volume rules compare the next night with it."""
    connection.execute(
        "delete from quality_state.table_rows where run_id = ? or checked_at = ?", [run_id, as_of]
    )
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema = 'core' and table_type = 'BASE TABLE' order by table_name"
    ).fetchall()
    for schema, table in tables:
        connection.execute(
            f'insert into quality_state.table_rows select ?, ?, ?, ?, count(*) from "{schema}"."{table}"',
            [run_id, as_of, schema, table],
        )
