"""How long the SLA models take for a given number of clocks: the subjects of a built company, many times over."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from orchestration.runs import Paths
from orchestration.settings import PROJECT_ROOT

# The tables that clocks are worked out from, each with the columns that name its subject.
INPUTS = {
    "intermediate.int_sla__events": ("subject_id",),
    "intermediate.int_sla__owner_spans": ("subject_id",),
    "intermediate.int_sla__rejections": ("lead_id",),
    "intermediate.int_people__leads": ("lead_id",),
    "core.bridge_lead_accounts": ("lead_id", "account_id"),
    "intermediate.int_accounts__accounts": ("account_id",),
}
MODELS = (
    "int_sla__started_clocks",
    "int_sla__measured_clocks",
    "int_sla__owner_minutes",
    "fct_sla_clocks",
    "fct_sla_breaches",
)


def multiply(database: Path, clocks: int) -> int:
    """Repeat every subject until about `clocks` clocks come of them; returns how many times each one is there."""
    with duckdb.connect(str(database)) as connection:
        row = connection.execute("select count(*) from sla.fct_sla_clocks").fetchone()
        times = max(1, -(-clocks // (row[0] if row else 1)))
        for table, columns in INPUTS.items():
            replaced = ", ".join(f"{column} || '-' || copy as {column}" for column in columns)
            connection.execute(
                f"create or replace table {table} as "
                f"select t.* replace ({replaced}) from {table} as t, range({times}) as copies(copy)"
            )
        connection.execute("checkpoint")
    return times


def measure_clocks(
    warehouse: Path, scratch: Path, as_of: str, clocks: int, memory_limit: str
) -> dict[str, Any]:
    """Time the SLA models in a process of their own on a copy of a built warehouse."""
    copy = Paths(scratch)
    copy.build.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Paths(warehouse).build, copy.build)
    shutil.copytree(Paths(warehouse).definitions, copy.definitions, dirs_exist_ok=True)
    times = multiply(copy.build, clocks)
    out = scratch / "clocks.json"
    command = [sys.executable, "-m", "bench.clocks", str(scratch), as_of, memory_limit, str(out)]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True)
    result: dict[str, Any] = json.loads(out.read_text())
    return result | {"copies": times}


def main(warehouse: str, as_of: str, memory_limit: str, out: str) -> None:
    """Run the models in this process and write what they took."""
    from bench.measure import Meter
    from orchestration.transform.dbt import invoke

    paths = Paths(Path(warehouse))
    meter = Meter()
    arguments = ["run", "--select", *MODELS]
    answer = invoke(paths, memory_limit, arguments, [meter.start_with_models], as_of)
    used = meter.stop()
    if not answer.success:
        raise SystemExit("the SLA models failed: see the warehouse's logs/dbt.log")
    with duckdb.connect(str(paths.build), read_only=True) as connection:
        row = connection.execute("select count(*) from sla.fct_sla_clocks").fetchone()
    result = {
        "clocks": row[0] if row else 0,
        **used,
        "models": {r.node.name: round(r.execution_time, 2) for r in answer.result.results},
    }
    Path(out).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
