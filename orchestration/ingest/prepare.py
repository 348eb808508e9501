"""One file of the landing zone, read, checked, typed and written as a parquet file that only needs to be
appended.

DuckDB does all of it in one streaming pass. A value that cannot be read stops the pass; only then is the
file read again to say which row and column it was.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np

from orchestration.ingest import parsing
from orchestration.ingest.files import BadFile, LandedFile, unpack
from orchestration.ingest.schemas import TableSchema, literal, quote
from orchestration.ingest.spelling import AmbiguousColumns, ColumnMatch, match_columns

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_BYTES = 4 << 20
# Columns that mark a Fivetran history-mode extract: whole versions of a record in what else is a table of
# changes.
_HISTORY_MODE = {"_fivetran_start", "_fivetran_active"}
_OUR_ERROR = "concord: unreadable value"
# Descriptions and e-mail bodies are longer than the csv module expects (128 KiB).
csv.field_size_limit(1 << 24)
_FATAL = (duckdb.OutOfMemoryException, duckdb.InterruptException, duckdb.FatalException)


@dataclass(frozen=True)
class Prepared:
    """A typed file, ready to append. `path` is None where there is nothing to append."""

    path: Path | None
    columns: dict[str, str]
    rows: int
    content_hash: str


@dataclass(frozen=True)
class _Scan:
    """How DuckDB reads the file: a relation with the columns c0…cn and `row_number`, and their names and
    types.
    """

    relation: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    expected_rows: int | None = None


def parsing_connection(memory_limit: str, spill: Path, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An in-memory database that reads and types files in bounded memory, spilling to `spill`."""
    connection = duckdb.connect(config={"threads": threads, "memory_limit": memory_limit})
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = true")
    for macro in parsing.MACROS:
        connection.execute(macro)
    return connection


def _first_record(path: Path) -> tuple[list[str], str, int]:
    """The header of a CSV file, its delimiter and the lines to skip before it (Excel's `sep=;`)."""
    with open(path, encoding="utf-8-sig", newline="", errors="replace") as stream:
        head = stream.read(_HEADER_BYTES)
    skip = 0
    lines = head.splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
        skip += 1
    declared = ""
    if lines and re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE):
        declared = lines[0][4]
        lines.pop(0)
        skip += 1
    if not lines:
        return [], ",", skip
    best: tuple[list[str], str] = ([], ",")
    for delimiter in (declared,) if declared else _DELIMITERS:
        try:
            record = next(csv.reader(iter(lines), delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if len(record) > len(best[0]):
            best = (record, delimiter)
    if not best[0]:
        raise BadFile("has a header line that cannot be read: a quote is not closed")
    return best[0], best[1], skip


def _count_records(path: Path, delimiter: str) -> int:
    """The data rows of a CSV file as Python's csv module sees them; BadFile if a quote is not closed."""
    with open(path, encoding="utf-8-sig", newline="") as stream:
        count = 0
        try:
            for record in csv.reader(stream, delimiter=delimiter, strict=True):
                count += bool(record)
        except csv.Error:
            raise BadFile("has a row that is cut off: a quote is not closed", max(count, 1)) from None
    return max(count - 1, 0)


def _check_quotes(path: Path, delimiter: str) -> int | None:
    """Makes sure that every quoted field is closed: DuckDB silently drops a last row whose quote is open.

    Every other quote must open a field, so it follows a delimiter, a line break or (escaped) a quote. Where
    one does not, quotes stand inside unquoted text, and only a slow reader can tell; its number of rows is
    returned.
    """
    starts = np.frombuffer(f'{delimiter}\r\n" '.encode(), dtype=np.uint8)
    quotes, before = 0, ord("\n")
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 22):
            data = np.frombuffer(chunk, dtype=np.uint8)
            places = np.flatnonzero(data == ord('"'))
            opening = places[quotes % 2 :: 2]
            previous = np.where(opening > 0, data[opening - 1], before)
            if not np.isin(previous, starts).all():
                is_first = quotes == 0 and opening.size and opening[0] == 3 and chunk[:3] == b"\xef\xbb\xbf"
                if not (is_first and np.isin(previous[1:], starts).all()):
                    return _count_records(path, delimiter)
            quotes += places.size
            before = int(data[-1])
    if quotes % 2:
        _count_records(path, delimiter)
        raise BadFile("has a row that is cut off: a quote is not closed")
    return None


def _scan_csv(path: Path) -> _Scan | None:
    header, delimiter, skip = _first_record(path)
    if not header:
        return None
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(header)))
    # One thread: a quoted line break at the seam of two parallel scans is a guess.
    options = {
        "auto_detect": "false",
        "header": "true",
        "skip": str(skip),
        "delim": literal(delimiter),
        "quote": literal('"'),
        "escape": literal('"'),
        "columns": f"{{{columns}}}",
        "strict_mode": "true",
        "null_padding": "false",
        "parallel": "false",
        "max_line_size": "16777216",
    }
    given = ", ".join(f"{name} = {value}" for name, value in options.items())
    scanned = f"read_csv({literal(str(path))}, {given})"
    if len(header) == 1:  # an empty line would be a row without a value
        scanned = f"(select * from {scanned} where filled(c0) is not null)"
    relation = f"(select *, row_number() over () as row_number from {scanned})"
    names = tuple(name.strip() for name in header)
    return _Scan(relation, names, ("VARCHAR",) * len(names), _check_quotes(path, delimiter))


def _pointer(*keys: str) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def _scan_jsonl(path: Path, connection: duckdb.DuckDBPyConnection) -> _Scan | None:
    objects = f"read_ndjson_objects({literal(str(path))}, maximum_object_size = 67108864)"
    try:
        odd = connection.execute(
            f"""
            select min(row_number) from (
                select json_type(json) as kind, row_number() over () as row_number from {objects}
            ) where kind is distinct from 'OBJECT'
            """
        ).fetchone()
    except duckdb.Error:
        raise BadFile("is not JSON lines: cut off or malformed", _row_of_bad_json(path)) from None
    if odd and odd[0] is not None:
        raise BadFile("is not JSON lines: every line must be one JSON object", int(odd[0]))
    keys = [
        row[0]
        for row in connection.execute(
            f"select distinct unnest(json_keys(json)) as key from {objects} order by key"
        ).fetchall()
    ]
    # The HubSpot API's own shape: the properties of a record one level down.
    nested = []
    if "properties" in keys:
        nested = [
            row[0]
            for row in connection.execute(
                f"""
                select key from (
                    select unnest(json_keys(json, '/properties')) as key from {objects}
                    where json_type(json, '/properties') = 'OBJECT'
                ) group by key order by key
                """
            ).fetchall()
        ]
    paths = [(key, _pointer(key)) for key in keys if not (key == "properties" and nested)]
    paths += [(f"properties.{key}", _pointer("properties", key)) for key in nested]
    if not paths:
        return None
    pointers = ", ".join(literal(pointer) for _, pointer in paths)
    picked = ", ".join(f"found[{index + 1}] as c{index}" for index in range(len(paths)))
    relation = (
        f"(select {picked}, row_number from (select json_extract_string(json, [{pointers}]) as found, "
        f"row_number() over () as row_number from {objects}))"
    )
    return _Scan(relation, tuple(name for name, _ in paths), ("VARCHAR",) * len(paths))


def _scan_parquet(path: Path, connection: duckdb.DuckDBPyConnection) -> _Scan:
    try:
        described = connection.execute(
            f"describe select * from read_parquet({literal(str(path))})"
        ).fetchall()
    except _FATAL:
        raise
    except duckdb.Error:
        raise BadFile("is not a readable parquet file: damaged or half-written") from None
    picked = ", ".join(f"{quote(row[0])} as c{index}" for index, row in enumerate(described))
    relation = (
        f"(select {picked}, file_row_number + 1 as row_number "
        f"from read_parquet({literal(str(path))}, file_row_number = true))"
    )
    return _Scan(relation, tuple(row[0] for row in described), tuple(row[1] for row in described))


def _match(scan: _Scan, table: TableSchema, is_key_set: bool) -> list[ColumnMatch]:
    try:
        matches = match_columns(scan.names, table)
    except AmbiguousColumns as error:
        raise BadFile(str(error), column=error.column) from None
    present = {match.name for match in matches}
    required: Sequence[str] = table.required_key if is_key_set else table.required_columns
    if present >= _HISTORY_MODE and not _HISTORY_MODE & table.by_name.keys():
        required = table.required_key
    for name in required:
        if name not in present:
            raise BadFile("lacks this required column", column=name)
    if is_key_set:
        return [match for match in matches if match.name in table.primary_key]
    return matches


def _row_of_wrong_width(path: Path, header: list[str], delimiter: str) -> int | None:
    """The first data row whose number of fields is not the header's; None if the csv module finds none."""
    with open(path, encoding="utf-8-sig", newline="", errors="replace") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        row = -1
        try:
            for record in reader:
                if not record:
                    continue
                row += 1
                if len(record) != len(header) and row > 0:
                    return row
        except csv.Error:
            return max(row + 1, 1)
    return None


def _row_of_bad_json(path: Path) -> int | None:
    """The first row that is no JSON; None if the json module reads them all. The engine counts lines differently."""
    with open(path, encoding="utf-8-sig", errors="replace") as stream:
        for row, line in enumerate((line for line in stream if line.strip()), start=1):
            try:
                json.loads(line)
            except ValueError:
                return row
    return None


def _explain(
    connection: duckdb.DuckDBPyConnection,
    scan: _Scan,
    checks: Sequence[tuple[str, str, str, str]],
    table: TableSchema,
) -> BadFile | None:
    """The first unreadable value in row order. `checks`: column name, type, source column, SQL that is true
    if bad.
    """
    if not checks:
        return None
    found = connection.execute(
        "select "
        + ", ".join(
            f"min(row_number) filter (where {bad}), count(*) filter (where {bad})" for *_, bad in checks
        )
        + f" from {scan.relation}"
    ).fetchone()
    if found is None:
        return None
    firsts = [(found[2 * index], index) for index in range(len(checks)) if found[2 * index] is not None]
    if not firsts:
        return None
    row, index = min(firsts)
    name, data_type, value, _ = checks[index]
    count = sum(found[1::2])
    more = f"; {count - 1} more such value{'s' if count > 2 else ''} in the file" if count > 1 else ""
    if data_type == "key":
        return BadFile(f"has no value in this required key{more}", int(row), name)
    shape = connection.execute(
        f"select shape(cast({value} as varchar)) from {scan.relation} where row_number = {int(row)}"
    ).fetchone()
    looks = f" (it looks like {shape[0]})" if shape and shape[0] else ""
    return BadFile(f"holds a value that is not a {data_type}{looks}{more}", int(row), name)


def prepare(
    file: LandedFile,
    table: TableSchema,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    loaded_at: datetime,
    file_order: int,
) -> Prepared:
    """Reads, checks and types one file into `folder`.

    Args:
        file: the file, of any format, packed or not.
        table: what it should hold; an undeclared table's columns all stay text.
        connection: from `parsing_connection`.
        folder: an empty folder for this file's unpacked and typed copies.
        loaded_at: becomes `_loaded_at`.
        file_order: becomes `_file_order`.

    Raises:
        BadFile: with the reason, and row and column where there is one; never a value.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, content_hash = unpack(file, folder)
    try:
        return _prepare_unpacked(file, table, connection, path, folder, loaded_at, file_order, content_hash)
    finally:
        if path.parent == folder:
            path.unlink(missing_ok=True)


def _prepare_unpacked(
    file: LandedFile,
    table: TableSchema,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    folder: Path,
    loaded_at: datetime,
    file_order: int,
    content_hash: str,
) -> Prepared:
    scan: _Scan | None
    if file.file_format == "csv":
        scan = _scan_csv(path)
    elif file.file_format == "jsonl":
        scan = _scan_jsonl(path, connection)
    else:
        scan = _scan_parquet(path, connection)
    if scan is None:
        if file.is_key_set:
            raise BadFile(
                "is a key set without keys, which would delete every row; deliver at least a header and a key"
            )
        return Prepared(None, {}, 0, content_hash)

    matches = _match(scan, table, file.is_key_set)
    columns: dict[str, str] = {}
    picked: list[str] = []
    checks: list[tuple[str, str, str, str]] = []
    for column, position in _with_positions(matches, scan.names):
        value, native = f"c{position}", scan.types[position]
        data_type = column.declared.data_type if column.declared else "string"
        expression = parsing.typed(value, native, column.name, data_type)
        given = parsing.is_given(value, native)
        if column.declared and parsing.is_fallible(native, data_type):
            checks.append((column.name, data_type, value, f"{given} and ({expression}) is null"))
            expression = f"coalesce({expression}, case when {given} then error('{_OUR_ERROR}') end)"
        if column.name in table.required_key:
            checks.append((column.name, "key", value, f"not {given}"))
            expression = f"coalesce({expression}, error('{_OUR_ERROR}'))"
        columns[column.name] = data_type
        picked.append(f"cast({expression} as {parsing.engine_type(data_type)}) as {quote(column.name)}")
    picked += [
        f"cast({literal(loaded_at.isoformat(sep=' '))} as timestamp) as _loaded_at",
        f"{literal(file.path)} as _file",
        f"cast({file_order} as bigint) as _file_order",
        "cast(row_number as bigint) as _row",
    ]
    target = folder / "typed.parquet"
    try:
        copied = connection.execute(
            f"copy (select {', '.join(picked)} from {scan.relation}) "
            f"to {literal(str(target))} (format parquet)"
        ).fetchone()
    except _FATAL:
        raise
    except duckdb.Error as error:
        if re.search(
            r"no space left|failed to offload|could not write|temp_directory",
            str(error),
            re.IGNORECASE,
        ):
            raise
        target.unlink(missing_ok=True)
        raise _reason(error, file, path, scan, checks, connection, table) from None
    rows = int(copied[0]) if copied else 0
    if scan.expected_rows is not None and rows != scan.expected_rows:
        raise BadFile(f"is not readable as CSV: {scan.expected_rows} rows by its quotes, {rows} by its lines")
    if file.is_key_set and rows == 0:
        raise BadFile("is a key set without keys, which would delete every row; deliver at least one key")
    return Prepared(target if rows else None, columns, rows, content_hash)


def _with_positions(matches: Sequence[ColumnMatch], names: Sequence[str]) -> list[tuple[ColumnMatch, int]]:
    """Each match with its place in the file; a name that occurs twice is taken in turn."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        places.setdefault(name, []).append(index)
    return [(match, places[match.file_name].pop(0)) for match in matches]


def _reason(
    error: duckdb.Error,
    file: LandedFile,
    path: Path,
    scan: _Scan,
    checks: Sequence[tuple[str, str, str, str]],
    connection: duckdb.DuckDBPyConnection,
    table: TableSchema,
) -> BadFile:
    """Why the pass stopped, without the engine's own message, which may quote the file."""
    if _OUR_ERROR in str(error):
        return _explain(connection, scan, checks, table) or BadFile("holds a value that cannot be read")
    if file.file_format == "csv":
        header, delimiter, _ = _first_record(path)
        row = _row_of_wrong_width(path, header, delimiter)
        if row is not None:
            return BadFile(
                f"has a row that is cut off or has not {len(header)} fields as the header has",
                row,
            )
        line = re.search(r"Line: (\d+)", str(error))
        return BadFile("is not readable as CSV", int(line.group(1)) - 1 if line else None)
    if file.file_format == "jsonl":
        return BadFile("is not readable as JSON lines")
    return BadFile("is not a readable parquet file: damaged or half-written")
