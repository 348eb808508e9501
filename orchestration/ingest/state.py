"""What the loader remembers, beside the raw tables in the build database: schema `raw_meta`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

_TABLES = """
create schema if not exists raw_meta;
create table if not exists raw_meta.loaded_files (
    source varchar not null,
    "table" varchar not null,
    file varchar not null,
    content_hash varchar not null,
    stamp varchar not null,
    kind varchar not null,
    file_order bigint not null,
    rows bigint not null,
    bytes bigint not null,
    seconds double not null,
    loaded_at timestamp not null,
    load_id varchar not null
);
create table if not exists raw_meta.quarantined_files (
    source varchar not null,
    "table" varchar not null,
    file varchar not null,
    "row" bigint,
    "column" varchar,
    reason varchar not null,
    detected_at timestamp not null,
    content_hash varchar not null
);
"""


@dataclass(frozen=True)
class LoadedFile:
    """One delivery: `kind` is data, keys, or copy (the same bytes as a delivery before, not loaded again)."""

    source: str
    table: str
    file: str
    content_hash: str
    stamp: str
    kind: str
    file_order: int
    rows: int
    bytes: int
    seconds: float
    loaded_at: datetime
    load_id: str


@dataclass(frozen=True)
class QuarantinedFile:
    """One file that was not loaded, and why. Holds no value of the file."""

    source: str
    table: str
    file: str
    row: int | None
    column: str | None
    reason: str
    detected_at: datetime
    content_hash: str

    def __str__(self) -> str:
        where = "".join(
            part
            for part in (
                f", row {self.row}" if self.row else "",
                f", column {self.column}" if self.column else "",
            )
        )
        return f"{self.file}{where}: {self.reason}"


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates the tables of `raw_meta` where they are missing."""
    connection.execute(_TABLES)


def latest_deliveries(connection: duckdb.DuckDBPyConnection) -> dict[str, LoadedFile]:
    """The newest delivery of every path."""
    rows = connection.execute(
        """
        select * from (
            select *, row_number() over (partition by file order by file_order desc) as newest
            from raw_meta.loaded_files
        ) where newest = 1
        """
    ).fetchall()
    return {row[2]: LoadedFile(*row[:12]) for row in rows}


def known_contents(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    """Source, table and content hash of every delivery."""
    return set(
        connection.execute(
            'select distinct source, "table", content_hash from raw_meta.loaded_files'
        ).fetchall()
    )


def highest_order(connection: duckdb.DuckDBPyConnection) -> int:
    """The file order given out last."""
    row = connection.execute("select coalesce(max(file_order), 0) from raw_meta.loaded_files").fetchone()
    return int(row[0]) if row else 0


def load_time_after(connection: duckdb.DuckDBPyConnection, source: str, moment: datetime) -> datetime:
    """The moment, or the first one after the source's last load: stamps rise whatever the clock does.

    Staging goes by them: what carries a later stamp than its rows is what it has not seen.
    """
    row = connection.execute(
        "select max(loaded_at) from raw_meta.loaded_files where source = ?", [source]
    ).fetchone()
    return max(moment, row[0] + timedelta(microseconds=1)) if row and row[0] else moment


def record_loaded(connection: duckdb.DuckDBPyConnection, files: Iterable[LoadedFile]) -> None:
    """Remembers deliveries and takes their paths out of quarantine."""
    for file in files:
        connection.execute(
            "insert into raw_meta.loaded_files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                file.source,
                file.table,
                file.file,
                file.content_hash,
                file.stamp,
                file.kind,
                file.file_order,
                file.rows,
                file.bytes,
                file.seconds,
                file.loaded_at,
                file.load_id,
            ],
        )
        connection.execute("delete from raw_meta.quarantined_files where file = ?", [file.file])


def record_quarantined(connection: duckdb.DuckDBPyConnection, entry: QuarantinedFile) -> QuarantinedFile:
    """Opens a quarantine entry, or leaves the one that says the same of the same bytes. Returns the open
    one.
    """
    known = connection.execute(
        """
        select detected_at from raw_meta.quarantined_files
        where file = ? and content_hash = ? and reason = ?
        """,
        [entry.file, entry.content_hash, entry.reason],
    ).fetchone()
    if known:
        return QuarantinedFile(**{**entry.__dict__, "detected_at": known[0]})
    connection.execute("begin")
    connection.execute("delete from raw_meta.quarantined_files where file = ?", [entry.file])
    connection.execute(
        "insert into raw_meta.quarantined_files values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.source,
            entry.table,
            entry.file,
            entry.row,
            entry.column,
            entry.reason,
            entry.detected_at,
            entry.content_hash,
        ],
    )
    connection.execute("commit")
    return entry


def open_quarantine(connection: duckdb.DuckDBPyConnection) -> list[QuarantinedFile]:
    """The files in quarantine, by path."""
    rows = connection.execute("select * from raw_meta.quarantined_files order by file").fetchall()
    return [QuarantinedFile(*row) for row in rows]


def withdraw_quarantine(
    connection: duckdb.DuckDBPyConnection, sources: set[str], present: set[str]
) -> list[str]:
    """Closes the entries of files that were taken away from the landing zone; returns their paths."""
    gone = [
        entry.file
        for entry in open_quarantine(connection)
        if entry.source in sources and entry.file not in present
    ]
    for file in gone:
        connection.execute("delete from raw_meta.quarantined_files where file = ?", [file])
    return gone
