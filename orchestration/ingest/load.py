"""Loads the landing zone into the raw tables of the build database.

A raw table is a bank of row versions: rows are only ever added, with when they came (`_loaded_at`), from
which file (`_file`, `_file_order`) and from which of its rows (`_row`). Staging picks the newest version.

A load can be killed anywhere. `raw_meta.loaded_files` is written after the rows of a source are in; rows
whose file order is higher than the last one recorded are what a killed load left, and the next load removes
them first.
"""

from __future__ import annotations

import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.common.schema.typing import TColumnSchema, TDataType

from orchestration.ingest import keysets, state
from orchestration.ingest.files import (
    BadFile,
    ChangedWhileReading,
    LandedFile,
    check_unchanged,
    content_hash,
    list_landing,
)
from orchestration.ingest.prepare import Prepared, parsing_connection, prepare
from orchestration.ingest.schemas import (
    LOAD_COLUMNS,
    SourceSchema,
    TableSchema,
    literal,
    quote,
    read_schemas,
    undeclared_table,
)
from orchestration.ingest.spelling import match_table, snake_case
from orchestration.ingest.state import LoadedFile, QuarantinedFile
from orchestration.storage import open_build

log = logging.getLogger(__name__)

# Enough for DuckDB to type 10 M wide rows in a stream; the rest of the machine is the build's.
MEMORY_LIMIT = "1500MB"

# Typed files of a table are put together up to this size: 100 nights of deltas become a handful of appends.
_BATCH_BYTES = 64 << 20


class LoadError(Exception):
    """The load as a whole cannot go on; the message says what to do."""


class FullRefreshRefused(LoadError):
    """A full refresh would lose rows that the landing zone no longer has."""


@dataclass(frozen=True)
class LoadEvent:
    """One step of a load, for progress: `phase` is reading, read, quarantined, appending, appended or
    recorded.
    """

    phase: str
    source: str
    table: str = ""
    file: str = ""
    rows: int = 0


Progress = Callable[[LoadEvent], None]


@dataclass
class TableLoad:
    """What one load brought into one raw table."""

    source: str
    table: str
    files: int = 0
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    deleted_keys: int = 0
    restored_keys: int = 0
    is_declared: bool = True


@dataclass
class LoadReport:
    """What a load did: per table, and which files it left out and why."""

    loaded_at: datetime
    tables: list[TableLoad] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[QuarantinedFile] = field(default_factory=list)
    unknown_sources: list[str] = field(default_factory=list)
    undeclared_tables: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Rows added, over all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> int:
        """Files loaded, over all tables."""
        return sum(table.files for table in self.tables)

    def merge(self, other: LoadReport) -> None:
        """Adds another source's report to this one."""
        self.tables += other.tables
        self.skipped += other.skipped
        self.ignored += other.ignored
        self.quarantined += other.quarantined
        self.unknown_sources += other.unknown_sources
        self.undeclared_tables += other.undeclared_tables
        self.seconds += other.seconds


@dataclass(frozen=True)
class _Planned:
    """A file that is to be loaded, with its table and its place in the order of loading."""

    file: LandedFile
    table: TableSchema
    file_order: int


@dataclass(frozen=True)
class _Ready:
    """A planned file that was read and typed."""

    planned: _Planned
    prepared: Prepared
    seconds: float


def _say_nothing(_: LoadEvent) -> None:
    return None


def load_landing(
    landing: str | Path,
    database: Path,
    loaded_at: datetime,
    *,
    sources: Iterable[str] | None = None,
    full_refresh: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    memory_limit: str = MEMORY_LIMIT,
) -> LoadReport:
    """Loads every new or changed file of the landing zone.

    Args:
        landing: the landing zone, a local path or any URL fsspec knows.
        database: the build database; made if missing.
        loaded_at: the load time that every row of this load carries; UTC if it has no zone.
        sources: only these sources; by default all that are declared.
        full_refresh: forget what was loaded and load everything in the landing zone again.
        force: let a full refresh lose rows that the landing zone no longer has.
        progress: called at every step.
        memory_limit: for reading and typing files, as DuckDB writes it.

    Raises:
        FileNotFoundError: there is no landing zone.
        FullRefreshRefused: a full refresh would lose rows, and `force` is not set. Nothing was changed.
    """
    schemas = read_schemas()
    wanted = sorted(schemas) if sources is None else sorted(sources)
    report = LoadReport(_utc(loaded_at))
    everything = list_landing(landing)
    report.ignored += [entry for entry in everything.ignored if entry[0].split("/")[0].lower() not in schemas]
    report.unknown_sources = sorted(
        {file.source_folder for file in everything.files if file.source_folder.strip().lower() not in schemas}
    )
    for source in wanted:
        report.merge(
            load_source(
                source,
                landing,
                database,
                loaded_at,
                full_refresh=full_refresh,
                force=force,
                progress=progress,
                memory_limit=memory_limit,
            )
        )
    return report


def load_source(
    source: str,
    landing: str | Path,
    database: Path,
    loaded_at: datetime,
    *,
    full_refresh: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    memory_limit: str = MEMORY_LIMIT,
) -> LoadReport:
    """Loads every new or changed file of one source. Arguments and errors as for `load_landing`."""
    schemas = read_schemas()
    if source not in schemas:
        raise LoadError(
            f"There is no declared source {source!r}; declared are {', '.join(sorted(schemas))} "
            f"(models/staging/<source>/_<source>__sources.yml)."
        )
    started = time.monotonic()
    database.parent.mkdir(parents=True, exist_ok=True)
    work = database.parent / "load" / source
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    connection = open_build(database)
    try:
        connection.execute("set TimeZone = 'UTC'")
        load = _SourceLoad(
            schema=schemas[source],
            connection=connection,
            work=work,
            loaded_at=_utc(loaded_at),
            progress=progress or _say_nothing,
            memory_limit=memory_limit,
        )
        if full_refresh:
            load.refresh(landing, force)
        else:
            load.append(landing)
        load.report.seconds = time.monotonic() - started
        return load.report
    finally:
        connection.close()
        shutil.rmtree(work, ignore_errors=True)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


class _SourceLoad:
    """One source, one load."""

    def __init__(
        self,
        schema: SourceSchema,
        connection: duckdb.DuckDBPyConnection,
        work: Path,
        loaded_at: datetime,
        progress: Progress,
        memory_limit: str,
    ) -> None:
        self.schema = schema
        self.source = schema.name
        self.dataset = f"raw_{schema.name}"
        self.connection = connection
        self.work = work
        state.ensure_tables(connection)
        self.loaded_at = state.load_time_after(connection, self.source, loaded_at)
        self.progress = progress
        self.memory_limit = memory_limit
        self.load_id = uuid.uuid4().hex
        self.report = LoadReport(self.loaded_at)
        self._tables: dict[str, TableLoad] = {}

    # --- the two kinds of load --------------------------------------------------------------------

    def append(self, landing: str | Path) -> None:
        """Loads what is new."""
        self.remove_leftovers()
        files = self.find(landing)
        state.withdraw_quarantine(self.connection, {self.source}, {file.path for file in files})
        planned, copies = self.plan(files)
        ready = self.read(planned)
        self.write([item for item in ready if not item.planned.file.is_key_set])
        self.record(ready, copies)
        self.apply_key_sets(ready, after_order=0)
        self.finish()

    def refresh(self, landing: str | Path, force: bool) -> None:
        """Loads everything beside what is there, and swaps if nothing would be lost."""
        self.remove_leftovers()
        old_highest = self.highest_recorded()
        ready = self.read(self.plan_all(self.find(landing)))
        self.write([item for item in ready if not item.planned.file.is_key_set])
        if not force:
            try:
                self.check_nothing_lost(ready, old_highest)
            except FullRefreshRefused:
                self.remove_leftovers()
                raise
        self.connection.execute("begin")
        for table in self.raw_tables():
            self.connection.execute(
                f"delete from {self.dataset}.{quote(table)} where _file_order <= ?",
                [old_highest],
            )
        self.connection.execute(
            "delete from raw_meta.loaded_files where source = ? and file_order <= ?",
            [self.source, old_highest],
        )
        state.record_loaded(self.connection, self.deliveries(ready, key_sets=False))
        self.connection.execute("commit")
        self.apply_key_sets(ready, after_order=old_highest)
        self.finish()

    # --- what there is, and what to do with it ----------------------------------------------------

    def find(self, landing: str | Path) -> tuple[LandedFile, ...]:
        """This source's files."""
        found = list_landing(landing, {self.source})
        self.report.ignored += found.ignored
        return found.files

    def table_of(self, file: LandedFile) -> TableSchema:
        """The declared table of a file's folder, or an undeclared one."""
        name = match_table(file.table_folder, self.schema) or match_table(
            snake_case(file.table_folder), self.schema
        )
        if name:
            return self.schema.tables[name]
        return undeclared_table(self.source, snake_case(file.table_folder) or "unnamed")

    def plan(self, files: Iterable[LandedFile]) -> tuple[list[_Planned], list[LoadedFile]]:
        """The files to load, in order, and those that are copies of what was loaded before."""
        latest = state.latest_deliveries(self.connection)
        contents = state.known_contents(self.connection)
        order = state.highest_order(self.connection)
        planned: list[_Planned] = []
        copies: list[LoadedFile] = []
        for file in files:
            table = self.table_of(file)
            known = latest.get(file.path)
            if known and file.stamp and known.stamp == file.stamp:
                self.report.skipped.append((file.path, "loaded before"))
                continue
            # A key set speaks of the rows loaded before it, so the same bytes under a new name say something new.
            may_be_copy = bool(contents) and not file.is_key_set
            digest = content_hash(file) if known or may_be_copy else ""
            is_same = known is not None and known.content_hash == digest
            is_copy = known is None and may_be_copy and (self.source, table.name, digest) in contents
            if is_same or is_copy:
                reason = (
                    "loaded before" if is_same else "the same bytes were loaded before under another name"
                )
                self.report.skipped.append((file.path, reason))
                order += 1
                copies.append(self._delivery(file, table, digest, "copy", order, 0, 0.0))
                continue
            order += 1
            planned.append(_Planned(file, table, order))
        return planned, copies

    def plan_all(self, files: Iterable[LandedFile]) -> list[_Planned]:
        """Every file, for a full refresh."""
        order = state.highest_order(self.connection)
        return [
            _Planned(file, self.table_of(file), order + number) for number, file in enumerate(files, start=1)
        ]

    # --- reading ----------------------------------------------------------------------------------

    def read(self, planned: list[_Planned]) -> list[_Ready]:
        """Reads and types the files; a bad one is quarantined, and the others go on."""
        if not planned:
            return []
        ready: list[_Ready] = []
        seen: set[tuple[str, str, bool]] = set()
        parser = parsing_connection(self.memory_limit, self.work / "spill")
        try:
            for item in planned:
                file = item.file
                started = time.monotonic()
                self.progress(LoadEvent("reading", self.source, item.table.name, file.path))
                folder = self.work / f"{item.file_order}"
                try:
                    if file.is_key_set and not item.table.is_declared:
                        raise BadFile("is a key set of a table that is not declared, so its key is not known")
                    prepared = prepare(
                        file,
                        item.table,
                        parser,
                        folder,
                        self.loaded_at,
                        item.file_order,
                    )
                    check_unchanged(file)
                except ChangedWhileReading as error:
                    self.report.skipped.append((file.path, error.reason))
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
                except BadFile as error:
                    self.quarantine(item, error)
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
                except FileNotFoundError:
                    self.report.skipped.append((file.path, "was taken away while it was being read"))
                    continue
                identity = (item.table.name, prepared.content_hash, file.is_key_set)
                if identity in seen and not file.is_key_set:
                    self.report.skipped.append((file.path, "the same bytes are loaded under another name"))
                    prepared = Prepared(None, {}, 0, prepared.content_hash)
                seen.add(identity)
                ready.append(_Ready(item, prepared, time.monotonic() - started))
                self.progress(LoadEvent("read", self.source, item.table.name, file.path, prepared.rows))
        finally:
            parser.close()
        return ready

    def quarantine(self, item: _Planned, error: BadFile) -> None:
        """Remembers a bad file, and says so."""
        try:
            digest = content_hash(item.file)
        except OSError:
            digest = ""
        entry = state.record_quarantined(
            self.connection,
            QuarantinedFile(
                self.source,
                item.table.name,
                item.file.path,
                error.row,
                error.column,
                error.reason,
                self.loaded_at,
                digest,
            ),
        )
        self.report.quarantined.append(entry)
        log.warning("quarantined: %s", entry)
        self.progress(LoadEvent("quarantined", self.source, item.table.name, item.file.path))

    # --- writing ----------------------------------------------------------------------------------

    def write(self, ready: list[_Ready]) -> None:
        """Appends the typed files to the raw tables, with dlt, one load package for the source."""
        by_table: dict[str, list[_Ready]] = {}
        for item in ready:
            if item.prepared.path is not None:
                by_table.setdefault(item.planned.table.name, []).append(item)
        if not by_table:
            return
        self.progress(LoadEvent("appending", self.source, rows=sum(item.prepared.rows for item in ready)))
        dlt.config["runtime.dlthub_telemetry"] = False
        dlt.config["normalize.workers"] = 1
        dlt.config["load.workers"] = 1
        dlt.config["load.delete_completed_jobs"] = True
        pipeline = dlt.pipeline(
            pipeline_name=f"concord_{self.source}",
            pipelines_dir=str(self.work / "dlt"),
            destination=dlt.destinations.duckdb(self.connection),
            dataset_name=self.dataset,
        )
        pipeline.config.restore_from_destination = False
        started = time.monotonic()
        pipeline.run(
            [self.resource(items) for items in by_table.values()],
            loader_file_format="parquet",
        )
        seconds = time.monotonic() - started
        rows = sum(item.prepared.rows for item in ready) or 1
        for items in by_table.values():
            table = self.table_load(items[0].planned.table)
            table.seconds += seconds * sum(item.prepared.rows for item in items) / rows
        self.progress(LoadEvent("appended", self.source, rows=rows))

    def resource(self, items: list[_Ready]) -> Any:
        """A dlt resource of one table: its typed files, imported as they are.

        dlt spends some 50 ms on a file whatever its size, so small files of a table are put together first.
        """
        table = items[0].planned.table
        columns = {column.name: _dlt_column(column.name, column.data_type) for column in table.columns}
        for item in items:
            for name, data_type in item.prepared.columns.items():
                columns.setdefault(name, _dlt_column(name, data_type))
        for name, data_type in LOAD_COLUMNS.items():
            columns[name] = _dlt_column(name, "string" if data_type == "varchar" else data_type)
        batches = self.put_together(items)

        def files() -> Iterator[Any]:
            for path, rows in batches:
                yield dlt.mark.with_file_import(str(path), "parquet", rows)

        return dlt.resource(
            files(),
            name=table.name,
            table_name=table.name,
            write_disposition="append",
            columns=columns,
        )

    def put_together(self, items: list[_Ready]) -> list[tuple[Path, int]]:
        """The typed files with their rows, runs of small ones merged into one."""
        batches: list[list[_Ready]] = []
        size = _BATCH_BYTES
        for item in items:
            assert item.prepared.path is not None
            bytes_ = item.prepared.path.stat().st_size
            if size + bytes_ > _BATCH_BYTES:
                batches.append([])
                size = 0
            batches[-1].append(item)
            size += bytes_
        result: list[tuple[Path, int]] = []
        for batch in batches:
            first = batch[0].prepared.path
            assert first is not None
            rows = sum(item.prepared.rows for item in batch)
            if len(batch) > 1:
                paths = ", ".join(literal(str(item.prepared.path)) for item in batch)
                first = first.with_name("together.parquet")
                self.connection.execute(
                    f"copy (select * from read_parquet([{paths}], union_by_name = true)) "
                    f"to {literal(str(first))} (format parquet)"
                )
                for item in batch:
                    item.prepared.path.unlink() if item.prepared.path else None
            result.append((first, rows))
        return result

    def record(self, ready: list[_Ready], copies: list[LoadedFile]) -> None:
        """Remembers, in one transaction, the data files that are in."""
        self.connection.execute("begin")
        state.record_loaded(self.connection, [*self.deliveries(ready, key_sets=False), *copies])
        self.connection.execute("commit")
        self.progress(LoadEvent("recorded", self.source))

    def apply_key_sets(self, ready: list[_Ready], after_order: int) -> None:
        """Marks rows as deleted that a full key set lacks; each key set and its record in one transaction."""
        for item in ready:
            if not item.planned.file.is_key_set or item.prepared.path is None:
                continue
            table = item.planned.table
            self.connection.execute("begin")
            deleted, restored = keysets.apply(
                self.connection,
                self.dataset,
                table,
                keys=item.prepared.path,
                key_columns=[name for name in table.primary_key if name in item.prepared.columns],
                file=item.planned.file.path,
                file_order=item.planned.file_order,
                after_order=after_order,
                loaded_at=self.loaded_at,
            )
            state.record_loaded(self.connection, self.deliveries([item], key_sets=True))
            self.connection.execute("commit")
            load = self.table_load(table)
            load.deleted_keys += deleted
            load.restored_keys += restored
            self.progress(LoadEvent("recorded", self.source, table.name, item.planned.file.path))

    def deliveries(self, ready: list[_Ready], key_sets: bool) -> list[LoadedFile]:
        """The records of the files, data files or key sets."""
        kind = "keys" if key_sets else "data"
        return [
            self._delivery(
                item.planned.file,
                item.planned.table,
                item.prepared.content_hash,
                kind,
                item.planned.file_order,
                item.prepared.rows,
                item.seconds,
            )
            for item in ready
            if item.planned.file.is_key_set == key_sets
        ]

    def _delivery(
        self,
        file: LandedFile,
        table: TableSchema,
        digest: str,
        kind: str,
        order: int,
        rows: int,
        seconds: float,
    ) -> LoadedFile:
        stamp = file.stamp if file.is_settled else ""
        return LoadedFile(
            self.source,
            table.name,
            file.path,
            digest,
            stamp,
            kind,
            order,
            rows,
            file.bytes,
            seconds,
            self.loaded_at,
            self.load_id,
        )

    def finish(self) -> None:
        """Completes the report."""
        rows = self.connection.execute(
            'select "table", count(*), sum(rows), sum(bytes), sum(seconds) from raw_meta.loaded_files '
            "where load_id = ? and kind <> 'copy' group by 1 order by 1",
            [self.load_id],
        ).fetchall()
        for name, files, count, size, seconds in rows:
            table = self.schema.tables.get(name) or undeclared_table(self.source, name)
            load = self.table_load(table)
            load.files, load.rows, load.bytes = int(files), int(count), int(size)
            load.seconds += float(seconds)
        self.report.tables = sorted(self._tables.values(), key=lambda load: load.table)
        self.report.undeclared_tables = [
            f"{self.source}.{load.table}" for load in self.report.tables if not load.is_declared
        ]

    def table_load(self, table: TableSchema) -> TableLoad:
        """The report's line of a table."""
        return self._tables.setdefault(
            table.name,
            TableLoad(self.source, table.name, is_declared=table.is_declared),
        )

    # --- the raw tables ---------------------------------------------------------------------------

    def raw_tables(self) -> list[str]:
        """The raw tables of the source that exist, dlt's own left out."""
        return [
            row[0]
            for row in self.connection.execute(
                "select table_name from information_schema.columns "
                "where table_catalog = current_database() and table_schema = ? "
                "and column_name = '_file_order' order by 1",
                [self.dataset],
            ).fetchall()
        ]

    def highest_recorded(self) -> int:
        """The file order of this source's last recorded delivery."""
        row = self.connection.execute(
            "select coalesce(max(file_order), 0) from raw_meta.loaded_files where source = ?",
            [self.source],
        ).fetchone()
        return int(row[0]) if row else 0

    def remove_leftovers(self) -> None:
        """Deletes rows of files that no load recorded: what a killed load left."""
        highest = self.highest_recorded()
        tables = self.raw_tables()
        if not tables:
            return
        tops = self.connection.execute(
            " union all ".join(
                f"select {literal(table)}, max(_file_order) from {self.dataset}.{quote(table)}"
                for table in tables
            )
        ).fetchall()
        for table, top in tops:
            if top is not None and top > highest:
                log.warning(
                    "removing what an interrupted load left in %s.%s",
                    self.dataset,
                    table,
                )
                self.connection.execute(
                    f"delete from {self.dataset}.{quote(table)} where _file_order > ?",
                    [highest],
                )

    def check_nothing_lost(self, ready: list[_Ready], old_highest: int) -> None:
        """Raises FullRefreshRefused if a raw table holds keys that the landing zone did not bring again."""
        hashes = {item.prepared.content_hash for item in ready}
        losses: list[str] = []
        for name in self.raw_tables():
            table = self.schema.tables.get(name)
            if table is None:
                old = self.connection.execute(
                    'select content_hash from raw_meta.loaded_files where source = ? and "table" = ? '
                    "and file_order <= ? and rows > 0",
                    [self.source, name, old_highest],
                ).fetchall()
                gone = sum(row[0] not in hashes for row in old)
                if gone:
                    losses.append(f"{name}: {gone} file{'s' if gone > 1 else ''}")
                continue
            key = ", ".join(table.compared_key())
            relation = f"{self.dataset}.{quote(name)}"
            lost = self.connection.execute(
                f"select count(*) from (select {key} from {relation} where _file_order <= {old_highest} "
                f"except select {key} from {relation} where _file_order > {old_highest})"
            ).fetchone()
            if lost and lost[0]:
                losses.append(f"{name}: {lost[0]} key{'s' if lost[0] > 1 else ''}")
        if losses:
            raise FullRefreshRefused(
                f"A full refresh of {self.source} would lose rows that the landing zone no longer has "
                f"({'; '.join(losses)}). Nothing was changed. Deliver the missing extracts again, or force "
                f"the refresh if the loss is meant. Rebuilding the models needs none: raw history is kept."
            )


_DLT_TYPES: dict[str, TDataType] = {
    "string": "text",
    "boolean": "bool",
    "bigint": "bigint",
    "double": "double",
    "date": "date",
}


def _dlt_column(name: str, data_type: str) -> TColumnSchema:
    if data_type == "timestamp":
        return {"name": name, "data_type": "timestamp", "timezone": False, "precision": 6}
    if data_type.startswith("decimal"):
        precision, scale = data_type.removeprefix("decimal(").rstrip(")").split(",")
        return {"name": name, "data_type": "decimal", "precision": int(precision), "scale": int(scale)}
    return {"name": name, "data_type": _DLT_TYPES[data_type]}


__all__ = [
    "FullRefreshRefused",
    "LoadError",
    "LoadEvent",
    "LoadReport",
    "TableLoad",
    "load_landing",
    "load_source",
]
