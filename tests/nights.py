"""Nights in processes of their own, that can be killed at any point; and what a published file holds."""

from __future__ import annotations

import faulthandler
import hashlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parent.parent

# Columns that say when a fact or a file was loaded, or by which run: they differ between two runs of the same night.
LOAD_TIME = re.compile(
    r"[.](loaded_at|known_at|.*_loaded_at|newest_load_at|hours_since_newest_load|run_id|.*_run_id)$"
    r"|fct_quarantined_files[.]detected_at$"
)
# One row per check and run: a warehouse that had more nights has more of them.
HISTORY = ("quality.rpt_data_quality",)


@dataclass(frozen=True)
class Ended:
    """How a night ended: its exit code (negative: the signal), what it printed, the points it passed per step."""

    code: int
    output: str
    points: dict[str, int]


@dataclass(frozen=True)
class Running:
    """A night that was started."""

    process: subprocess.Popen[str]
    out: Path


def start(
    landing: Path,
    warehouse: Path,
    as_of: str,
    *,
    kill_at: tuple[str, int] | None = None,
    delay: float = 0.0,
    definitions: str = "",
    full_refresh: bool = False,
    models_only: bool = False,
    rebuild: Sequence[str] = (),
) -> Running:
    """Start `concord nightly`; with `kill_at`, kill -9 it `delay` seconds after the nth point of the step so titled.

    A step that has fewer points (what is loaded already is not loaded again) is killed at its end.

    `models_only` leaves dbt's tests and the expectations out: they only read, so a test about what is written need
    not wait for them. `rebuild` builds only the models named: for a warehouse whose others stand as they should.
    """
    out = warehouse.with_name(f"{warehouse.name}-{random.getrandbits(40):x}.night")
    options = {
        "landing": str(landing),
        "warehouse": str(warehouse),
        "as_of": as_of,
        "out": str(out),
        "kill_at": kill_at,
        "delay": delay,
        "definitions": definitions,
        "full_refresh": full_refresh,
        "models_only": models_only,
        "rebuild": list(rebuild),
    }
    command = [sys.executable, "-m", "tests.nights", json.dumps(options)]
    return Running(subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True), out)


def wait(running: Running, timeout: float = 600) -> Ended:
    """Wait for a night to end; one that does not is killed, and says where each of its threads stood."""
    try:
        _, errors = running.process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        running.process.send_signal(signal.SIGABRT)
        _, errors = running.process.communicate(timeout=60)
        raise AssertionError(f"the night did not end within {timeout} s:\n{errors[-6000:]}") from None
    points, output = running.out.with_suffix(".points"), running.out.with_suffix(".output")
    return Ended(
        running.process.returncode,
        output.read_text() if output.exists() else errors,
        json.loads(points.read_text()) if points.exists() else {},
    )


def run(landing: Path, warehouse: Path, as_of: str, **options: Any) -> Ended:
    """A night from start to end."""
    return wait(start(landing, warehouse, as_of, **options))


def _night(
    landing: str,
    warehouse: str,
    as_of: str,
    out: str,
    kill_at: tuple[str, int] | None,
    delay: float,
    definitions: str,
    full_refresh: bool,
    models_only: bool,
    rebuild: Sequence[str],
) -> int:
    from rich.console import Console

    from orchestration import night_command, progress
    from orchestration.settings import Settings

    points: dict[str, int] = {}
    written = io.StringIO()
    console = Console(file=written, width=400)

    def passed(title: str, is_end: bool = False) -> None:
        points[title] = points.get(title, 0) + 1
        if kill_at is None or title != kill_at[0]:
            return
        if points[title] == kill_at[1] or (is_end and points[title] < kill_at[1]):
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    class Counting(progress.Silent):
        def __init__(self, title: str) -> None:
            self.title = title

        def advance(self, done: int, total: int, label: str) -> None:
            passed(self.title)

    @contextmanager
    def step(_console: Console, title: str) -> Iterator[progress.Reporter]:
        passed(title)
        yield Counting(title)
        passed(title, is_end=True)

    night_command.step = step
    if models_only:
        _expect_nothing()
    _narrow_build(models_only, rebuild)
    settings = Settings.load(
        {},
        landing=landing,
        warehouse=Path(warehouse),
        as_of=as_of,
        definitions=definitions,
        memory_limit="2GB",
    )
    code = night_command.run_nightly(settings, full_refresh=full_refresh, force=False, console=console)
    Path(out).with_suffix(".points").write_text(json.dumps(points))
    Path(out).with_suffix(".output").write_text(written.getvalue())
    return code


def _narrow_build(models_only: bool, rebuild: Sequence[str]) -> None:
    """Make dbt leave its tests out, or build only some models, in this process."""
    from orchestration.transform import dbt

    # Unit tests look at no data: once per session is enough, and test_demo_truth's night runs them.
    left_out = ["--exclude-resource-type", "unit_test", *["--exclude-resource-type", "test"] * models_only]
    chosen = ["--select", *rebuild] if rebuild else []
    invoke = dbt.invoke

    def narrowed(paths: Any, memory_limit: str, arguments: Sequence[str], *others: Any) -> Any:
        return invoke(paths, memory_limit, [*arguments, *left_out, *chosen], *others)

    dbt.invoke = narrowed


def _expect_nothing() -> None:
    """Leave the expectations out, in this process."""
    from datetime import datetime

    import expectations

    def nothing_expected(database: Path, run_id: str, as_of: str) -> expectations.CheckReport:
        return expectations.CheckReport(run_id, datetime.fromisoformat(as_of))

    expectations.run = nothing_expected


def published_rows(file: Path) -> dict[str, tuple[int, str]]:
    """Row count and digest of every published table, load-time columns and the order of rows left out."""
    found: dict[str, tuple[int, str]] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, columns in _columns(connection, file.stem).items():
            rows = connection.execute(f"select {', '.join(columns.values())} from {table}").fetchall()
            lines = sorted(json.dumps(row, default=str) for row in rows)
            found[table] = (len(rows), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    """Columns of every published table that say what is so, not when or by which run it was loaded, and their values.

    The last digits of a sum of shares depend on the order of adding, so a double counts to nine places.
    """
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, data_type in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and not internal and schema_name <> 'publication' "
        "order by schema_name, table_name, column_index",
        [database],
    ).fetchall():
        columns = found.setdefault(f"{schema}.{table}", {})
        if not LOAD_TIME.search(f"{table}.{column}"):
            columns[column] = f'round("{column}", 9)' if data_type == "DOUBLE" else f'"{column}"'
    return found


def differences(one: Path, other: Path) -> list[str]:
    """What two published files do not agree on: table, columns, and some of the rows that only one of them has."""
    told: list[str] = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as a (read_only)")
        connection.execute(f"attach '{other}' as b (read_only)")
        left, right = _columns(connection, "a"), _columns(connection, "b")
        for table in sorted(left.keys() | right.keys()):
            if table in HISTORY:
                continue
            if left.get(table) != right.get(table):
                told.append(f"{table}: columns {list(left.get(table, ()))} and {list(right.get(table, ()))}")
            elif found := _difference(connection, table, left[table]):
                told.append(f"{table}: {found}")
    return told


def _difference(connection: duckdb.DuckDBPyConnection, table: str, values: dict[str, str]) -> str:
    columns = list(values)

    def only(first: str, second: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
        listed = ", ".join(values[name] for name in names)
        return connection.execute(
            f"select {listed} from {first}.{table} except all select {listed} from {second}.{table} order by all"
        ).fetchall()

    missing, extra = only("a", "b", columns), only("b", "a", columns)
    if not missing and not extra:
        return ""
    # The columns that differ beside the first one, which is the key or the first part of it in every public table.
    differing = [c for c in columns[1:] if only("a", "b", [columns[0], c]) or only("b", "a", [columns[0], c])]
    shown = list(dict.fromkeys([*columns[:3], *differing]))[:12]
    places = [columns.index(name) for name in shown]

    def samples(rows: list[tuple[Any, ...]]) -> str:
        return "; ".join(", ".join(f"{columns[i]}={str(row[i])[:60]}" for i in places) for row in rows[:3])

    return (
        f"{len(missing)} rows only in the first, {len(extra)} only in the second; they differ in "
        f"{', '.join(differing) or columns[0]}.\n  first: {samples(missing)}\n  second: {samples(extra)}"
    )


if __name__ == "__main__":
    faulthandler.enable()
    sys.exit(_night(**json.loads(sys.argv[1])))
