"""One measured night, and the floor that it is compared with."""

import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psutil

from orchestration.runs import Paths
from orchestration.settings import PROJECT_ROOT

# Fifty milliseconds see every stage that matters (a stage shorter than that has no peak of its own) and cost nothing.
SAMPLE_SECONDS = 0.05


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "processor": platform.machine(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
    }


def measure_night(landing: Path, warehouse: Path, as_of: str, memory_limit: str) -> dict[str, Any]:
    """Run a night in a process of its own: seconds and peak memory, per stage and in all."""
    out = warehouse.with_name("night.json")
    out.unlink(missing_ok=True)
    before = raw_rows(Paths(warehouse).build)
    command = [
        sys.executable,
        "-m",
        "bench.measure",
        str(landing),
        str(warehouse),
        as_of,
        memory_limit,
        str(out),
    ]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True)
    result: dict[str, Any] = json.loads(out.read_text())
    result["rows"] = raw_rows(Paths(warehouse).build)
    result["new_rows"] = result["rows"] - before
    return result


def raw_rows(database: Path) -> int:
    """Rows of all raw tables."""
    if not database.exists():
        return 0
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute(
            "select count(*) from duckdb_tables() where schema_name like 'raw_%' and schema_name <> 'raw_meta'"
        ).fetchone()
        if not counts or not counts[0]:
            return 0
        total = 0
        for schema, table in _raw_tables(connection):
            row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
            total += row[0] if row else 0
    return total


def _raw_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name like 'raw_%' and schema_name <> 'raw_meta' and table_name not like '_dlt%' order by 1, 2"
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in found]


def measure_floor(warehouse: Path, memory_limit: str) -> dict[str, Any]:
    """The least that any build must do: read every raw row once, write the engagements sorted by person."""
    scratch = warehouse.with_name("floor.duckdb")
    scratch.unlink(missing_ok=True)
    with duckdb.connect(str(scratch), config={"memory_limit": memory_limit}) as connection:
        connection.execute(f"attach '{Paths(warehouse).build}' as build (read_only)")
        tables = [
            (str(schema), str(table))
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'build' "
                "and schema_name like 'raw_%' and schema_name <> 'raw_meta' and table_name not like '_dlt%'"
            ).fetchall()
        ]
        started = time.monotonic()
        rows = 0
        for schema, table in tables:
            # A hash of every row: no column can be left unread.
            found = connection.execute(
                f'select count(*), bit_xor(hash(t)) from build."{schema}"."{table}" as t'
            ).fetchone()
            rows += found[0] if found else 0
        read = time.monotonic() - started
        connection.execute(
            "create table engagements as from build.core.fct_engagements order by lead_id, occurred_at, engagement_id"
        )
        connection.execute("checkpoint")
        seconds = time.monotonic() - started
        written = connection.execute("select count(*) from engagements").fetchone()
    scratch.unlink(missing_ok=True)
    return {
        "seconds": round(seconds, 3),
        "read_seconds": round(read, 3),
        "write_seconds": round(seconds - read, 3),
        "raw_rows": rows,
        "engagements": written[0] if written else 0,
    }


class Sampler:
    """Peak resident memory of this process, per stage."""

    def __init__(self) -> None:
        self.stage = "start"
        self.peak: dict[str, float] = {}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self) -> None:
        process = psutil.Process(os.getpid())
        while not self.ended.wait(SAMPLE_SECONDS):
            size = process.memory_info().rss / 1e6
            self.peak[self.stage] = max(self.peak.get(self.stage, 0.0), size)

    def reached(self, stage: str) -> None:
        """A new stage begins."""
        self.stage = stage


class Meter:
    """Seconds, CPU seconds and peak memory of this process from its creation, or the last `start`, to `stop`."""

    def __init__(self) -> None:
        self.sampler = Sampler()
        self.is_running = False
        self.start()

    def start(self) -> None:
        """Count from now."""
        self.used, self.started = self.cpu_seconds(), time.monotonic()

    def start_with_models(self, event: Any) -> None:
        """A dbt callback: count from the first model. What dbt does before it is a night's cost, whatever is built."""
        if event.info.name == "NodeStart" and not self.is_running:
            self.is_running = True
            self.start()

    @staticmethod
    def cpu_seconds() -> float:
        """CPU seconds that this process has used so far."""
        times = psutil.Process().cpu_times()
        return times.user + times.system

    def stop(self) -> dict[str, Any]:
        """What was used: `seconds`, `cpu_seconds`, `peak_mb`."""
        seconds, spent = time.monotonic() - self.started, self.cpu_seconds() - self.used
        self.sampler.ended.set()
        return {
            "seconds": round(seconds, 3),
            "cpu_seconds": round(spent, 3),
            "peak_mb": round(max(self.sampler.peak.values(), default=0.0), 1),
        }


def _watched(
    invoke: Callable[..., Any],
    on_event: Callable[[Any], None],
    paths: Paths,
    memory_limit: str,
    arguments: Sequence[str],
    callbacks: Sequence[Any] = (),
    as_of: str = "",
) -> Any:
    """Run dbt as it is run, and hear what its models do."""
    return invoke(paths, memory_limit, arguments, [*callbacks, on_event], as_of)


def main(landing: str, warehouse: str, as_of: str, memory_limit: str, out: str) -> None:
    """Run one night in this process and write what it took."""
    from bench.sections import ModelClock
    from orchestration.nightly import Night, NightFailed, run_night
    from orchestration.runs import writer_lock
    from orchestration.settings import Settings
    from orchestration.transform import dbt

    settings = Settings.load(
        {},
        landing=landing,
        warehouse=Path(warehouse),
        as_of=as_of,
        memory_limit=memory_limit,
        keep_releases=1,
    )
    night = Night.begin(settings)
    clock = ModelClock()
    dbt.invoke = partial(_watched, dbt.invoke, clock.on_event)
    meter = Meter()
    problems: list[str] = []
    seconds: dict[str, float] = {}
    published = False
    with writer_lock(night.paths, "benchmark"):
        try:
            seconds = run_night(night, reached=meter.sampler.reached).seconds
            published = True
        except NightFailed as failure:
            problems = [failure.reason, *failure.problems]
            print("\n".join(problems))
    used = meter.stop()
    clock.ended.set()
    stages = {
        name: {"seconds": value, "peak_mb": round(meter.sampler.peak.get(name, 0.0), 1)}
        for name, value in seconds.items()
    }
    result = {
        "published": published,
        "problems": problems,
        **used,
        "stages": stages,
        "sections_5_to_7": clock.sections(),
        "cpu_seconds_by_model": clock.dearest(),
    }
    Path(out).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
