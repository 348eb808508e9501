"""Writing a reference table once per change of its inputs."""

from __future__ import annotations

import duckdb
import pyarrow as pa


def ensure_state(connection: duckdb.DuckDBPyConnection) -> None:
    """The register of what each reference table was made from."""
    connection.execute(
        "create table if not exists reference.written (table_name varchar primary key, made_from varchar)"
    )


def is_current(connection: duckdb.DuckDBPyConnection, table: str, made_from: str) -> bool:
    """True when `reference.<table>` was last written from the same inputs."""
    row = connection.execute(
        "select made_from from reference.written where table_name = ?", [table]
    ).fetchone()
    return row is not None and row[0] == made_from


def replace_table(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, made_from: str) -> None:
    """Replace `reference.<table>` by the rows and note what they were made from, in one transaction."""
    connection.begin()
    try:
        connection.register("_rows", rows)
        connection.execute(f"create or replace table reference.{table} as select * from _rows")
        connection.execute("insert or replace into reference.written values (?, ?)", [table, made_from])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.unregister("_rows")
