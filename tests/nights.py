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
    r"^(loaded_at|known_at|.*_loaded_at|run_id|detected_at|published_at|seconds|.*_seconds)$"
)


@dataclass(frozen=True)
class Ended:
    """How a night ended: its exit code (negative: the signal), what it printed, how many points it passed."""

    code: int
    output: str
    points: int


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
    kill_after: int | None = None,
    delay: float = 0.0,
    definitions: str = "",
    full_refresh: bool = False,
    models_only: bool = False,
) -> Running:
    """Start `concord nightly`; with `kill_after`, kill -9 it `delay` seconds after it passed so many points.

    `models_only` leaves dbt's tests and the expectations out: they only read, so a test about what is written need
    not wait for them.
    """
    out = warehouse.with_name(f"{warehouse.name}-{random.getrandbits(40):x}.night")
    options = {
        "landing": str(landing),
        "warehouse": str(warehouse),
        "as_of": as_of,
        "out": str(out),
        "kill_after": kill_after,
        "delay": delay,
        "definitions": definitions,
        "full_refresh": full_refresh,
        "models_only": models_only,
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
        int(points.read_text()) if points.exists() else 0,
    )


def run(landing: Path, warehouse: Path, as_of: str, **options: Any) -> Ended:
    """A night from start to end."""
    return wait(start(landing, warehouse, as_of, **options))


def _night(
    landing: str,
    warehouse: str,
    as_of: str,
    out: str,
    kill_after: int | None,
    delay: float,
    definitions: str,
    full_refresh: bool,
    models_only: bool,
) -> int:
    from rich.console import Console

    from orchestration import night_command, progress
    from orchestration.settings import Settings

    points = 0
    written = io.StringIO()
    console = Console(file=written, width=400)

    def passed() -> None:
        nonlocal points
        points += 1
        if kill_after is not None and points == kill_after:
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    class Counting(progress.Silent):
        def advance(self, done: int, total: int, label: str) -> None:
            passed()

    @contextmanager
    def step(_console: Console, title: str) -> Iterator[progress.Reporter]:
        passed()
        yield Counting()
        passed()

    night_command.step = step
    if models_only:
        _only_models()
    settings = Settings.load(
        {},
        landing=landing,
        warehouse=Path(warehouse),
        as_of=as_of,
        definitions=definitions,
        memory_limit="2GB",
    )
    code = night_command.run_nightly(settings, full_refresh=full_refresh, force=False, console=console)
    Path(out).with_suffix(".points").write_text(str(points))
    Path(out).with_suffix(".output").write_text(written.getvalue())
    return code


def _only_models() -> None:
    """Run dbt without its tests, and no expectation."""
    from datetime import datetime

    import expectations
    from orchestration.transform import dbt

    invoke = dbt.invoke

    def without_tests(
        paths: Any, memory_limit: str, arguments: Sequence[str], callbacks: Sequence[Any] = ()
    ) -> Any:
        left_out = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        return invoke(paths, memory_limit, [*arguments, *left_out], callbacks)

    dbt.invoke = without_tests

    def nothing_expected(database: Path, run_id: str, as_of: str) -> expectations.CheckReport:
        return expectations.CheckReport(run_id, datetime.fromisoformat(as_of))

    expectations.run = nothing_expected


def published_rows(file: Path) -> dict[str, tuple[int, str]]:
    """Row count and digest of every published table, load-time columns and the order of rows left out."""
    found: dict[str, tuple[int, str]] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'publication' order by 1, 2"
        ).fetchall()
        for schema, table in tables:
            described = connection.execute(f'describe "{schema}"."{table}"').fetchall()
            columns = [row[0] for row in described if not LOAD_TIME.match(row[0])]
            listed = ", ".join(f'"{column}"' for column in columns)
            rows = connection.execute(f'select {listed} from "{schema}"."{table}"').fetchall()
            lines = sorted(json.dumps(row, default=str) for row in rows)
            found[f"{schema}.{table}"] = (len(rows), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


def differences(one: Path, other: Path) -> list[str]:
    """Tables of two published files that do not hold the same rows."""
    left, right = published_rows(one), published_rows(other)
    return [
        f"{table}: {left.get(table, ('no table',))[0]} rows and {right.get(table, ('no table',))[0]} rows"
        for table in sorted(left.keys() | right.keys())
        if left.get(table) != right.get(table)
    ]


if __name__ == "__main__":
    faulthandler.enable()
    sys.exit(_night(**json.loads(sys.argv[1])))
