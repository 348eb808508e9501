"""dbt in this process: one call builds and tests the project in a warehouse.

In process rather than as a child, so that killing the run kills the build with it: a warehouse never has a writer
that nobody waits for.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.progress import Reporter, Silent
from orchestration.runs import Paths
from orchestration.settings import PROJECT_ROOT


class DbtFailed(RuntimeError):
    """dbt could not run at all: the project does not parse, or the database does not open."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node."""

    unique_id: str
    name: str
    resource_type: str  # model, test, seed, unit_test, …
    status: str  # success, pass, warn, fail, error, skipped
    message: str
    failures: int | None
    seconds: float
    node: Any = field(repr=False, compare=False)

    @property
    def is_bad(self) -> bool:
        return self.status in ("fail", "error", "runtime error")


@dataclass(frozen=True)
class BuildReport:
    """Every node's result of one build."""

    results: list[NodeResult]
    manifest: Any = field(repr=False, compare=False)

    @property
    def failed(self) -> list[NodeResult]:
        return [result for result in self.results if result.is_bad]

    @property
    def warned(self) -> list[NodeResult]:
        return [result for result in self.results if result.status == "warn"]

    @property
    def skipped(self) -> list[NodeResult]:
        return [result for result in self.results if result.status == "skipped"]

    def count(self, *resource_types: str) -> int:
        """How many nodes of these types ran."""
        return sum(r.resource_type in resource_types and r.status != "skipped" for r in self.results)


@contextmanager
def dbt_environment(paths: Paths, memory_limit: str, as_of: str = "") -> Iterator[None]:
    """The environment that profiles.yml, dbt_project.yml and the macro `as_of` read, restored afterwards."""
    wanted = {
        "CONCORD_WAREHOUSE": str(paths.root.resolve()),
        "CONCORD_MEMORY_LIMIT": memory_limit,
        "DBT_TARGET_PATH": str(paths.target.resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if as_of:
        wanted["CONCORD_AS_OF"] = as_of
    if paths.definitions.exists():
        # dbt wants seed folders relative to the project; any number of `..` is fine.
        wanted["CONCORD_SEED_PATH"] = os.path.relpath(paths.definitions.resolve(), PROJECT_ROOT)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def invoke(
    paths: Paths,
    memory_limit: str,
    arguments: Sequence[str],
    callbacks: Sequence[Any] = (),
    as_of: str = "",
) -> Any:
    """Run one dbt command in a warehouse, as of an instant; returns dbt's result object.

    Raises `DbtFailed` when dbt stops before it runs anything.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    log_path = paths.root.resolve() / "logs"
    common = [
        *("--project-dir", str(PROJECT_ROOT)),
        *("--profiles-dir", str(PROJECT_ROOT)),
        *("--log-path", str(log_path)),
        *("--log-level", "none"),
        *("--log-level-file", "info"),
    ]
    with dbt_environment(paths, memory_limit, as_of):
        try:
            answer = dbtRunner(callbacks=list(callbacks)).invoke([arguments[0], *common, *arguments[1:]])
        finally:
            # The adapter keeps the database open; the next step opens it with settings of its own.
            DuckDBConnectionManager.close_all_connections()
    if answer.exception is not None:
        raise DbtFailed(f"dbt {arguments[0]} stopped: {answer.exception}. Details: {log_path / 'dbt.log'}")
    return answer


def build(
    paths: Paths,
    memory_limit: str,
    as_of: str,
    *,
    full_refresh: bool = False,
    select: Sequence[str] = (),
    lean: bool = False,
    reporter: Reporter | None = None,
) -> BuildReport:
    """Seed, build and test the models (all, or those selected) as of an instant.

    A `lean` build leaves out tests that look at models which are not selected. Unit tests ask the models' SQL, not a
    night's data: they run when a build starts from scratch, as it does after every change of the SQL.

    A failed test stops what depends on its model; the report holds every node that ran or was skipped.
    """
    told = reporter or Silent()
    progress = {"done": 0, "total": 0}

    def on_event(event: Any) -> None:
        if event.info.name == "NodeFinished":
            progress["done"] += 1
            told.advance(progress["done"], progress["total"], event.data.node_info.node_name)
        elif event.info.name == "NodeStart" and not progress["total"]:
            progress["total"] = (
                event.data.node_info.node_count if hasattr(event.data.node_info, "node_count") else 0
            )
        elif event.info.name == "LogStartLine":
            progress["total"] = max(progress["total"], event.data.total)

    arguments = ["build"]
    if full_refresh:
        arguments.append("--full-refresh")
    if lean or not full_refresh:
        arguments += ["--exclude-resource-type", "unit_test"]
    if select:
        arguments += ["--select", *select]
    if lean:
        arguments += ["--indirect-selection", "cautious"]
    answer = invoke(paths, memory_limit, arguments, [on_event], as_of)
    outcome = answer.result
    results = [
        NodeResult(
            unique_id=entry.node.unique_id,
            name=entry.node.name,
            resource_type=str(entry.node.resource_type),
            status=str(entry.status),
            message=str(entry.message or ""),
            failures=entry.failures,
            seconds=entry.execution_time,
            node=entry.node,
        )
        for entry in outcome.results
    ]
    return BuildReport(results, load_manifest(paths))


def load_manifest(paths: Paths) -> dict[str, Any]:
    """dbt's manifest of the last parse in a warehouse."""
    return json.loads((paths.target / "manifest.json").read_text())


def project_seed_folder() -> Path:
    """The definitions that come with the project."""
    return PROJECT_ROOT / "seeds" / "definitions"
