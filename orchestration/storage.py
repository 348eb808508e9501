"""The build database as a file: how its writers open it, and when it is written anew."""

import os
from pathlib import Path

import duckdb

# Replaced rows stay in the file as dead ones, which every read passes over.
DEAD_SHARE = 0.25


def open_build(database: Path) -> duckdb.DuckDBPyConnection:
    """Open the build database to write it.

    Checkpoints leave dead rows where they are, as dbt's do (`profiles.yml`, ADR 0195): one writer that does not would
    write half of the database anew at its first checkpoint.
    """
    connection = duckdb.connect(str(database))
    connection.execute("set max_vacuum_tasks = 0")
    return connection


def dead_share(database: Path) -> float:
    """The share of the rows in the file that were deleted or replaced since their table was written."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            'select format(\'"{}"."{}"\', schema_name, table_name), estimated_size from duckdb_tables() '
            "where database_name = current_database()"
        ).fetchall()
        live = 0
        for table, _ in tables:
            row = connection.execute(f"select count(*) from {table}").fetchone()
            live += int(row[0]) if row else 0
    stored = sum(int(rows) for _, rows in tables)
    return 1 - live / stored if stored else 0.0


def compact_if_due(database: Path) -> bool:
    """Write the build database anew once a quarter of its rows are dead; True when it was."""
    if dead_share(database) <= DEAD_SHARE:
        return False
    compact(database, is_compressed=False)
    return True


def compact(database: Path, *, is_compressed: bool = True) -> None:
    """Write a database file anew, so that nothing deleted stays in it or in a free block.

    Not `is_compressed`: strings as the build database has them (ADR 0193).
    """
    scratch = database.with_name(database.name + ".compact")
    for leftover in (scratch, scratch.with_name(scratch.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        if not is_compressed:
            connection.execute("set disabled_compression_methods = 'fsst,dict_fsst,zstd'")
        connection.execute(f"attach '{database}' as old (read_only)")
        connection.execute(f"attach '{scratch}' as new")
        connection.execute("copy from database old to new")
        connection.execute("detach old")
        connection.execute("checkpoint new")
        connection.execute("detach new")
    _copy_comments(database, scratch)
    mode = database.stat().st_mode
    os.replace(scratch, database)
    database.chmod(mode)
    database.with_name(database.name + ".wal").unlink(missing_ok=True)


def _copy_comments(source: Path, target: Path) -> None:
    """Give the tables and columns of a copy the comments that DuckDB leaves behind."""
    with duckdb.connect(str(source), read_only=True) as connection:
        comments = connection.execute(
            "select 'table', format('\"{}\".\"{}\"', schema_name, table_name), comment from duckdb_tables() "
            "where comment is not null union all "
            'select \'column\', format(\'"{}"."{}"."{}"\', schema_name, table_name, column_name), comment '
            "from duckdb_columns() where comment is not null and not internal "
            "and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
    with duckdb.connect(str(target)) as connection:
        for kind, name, comment in comments:
            text = comment.replace("'", "''")
            connection.execute(f"comment on {kind} {name} is '{text}'")
        connection.execute("checkpoint")
