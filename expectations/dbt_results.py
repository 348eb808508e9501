"""dbt's test results in the shape of the other checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.results import CheckResult, Status

SUITE = "dbt"
_UNOWNED = "data_platform"


class DbtResultsMissing(Exception):
    """There is nothing to read; says which command writes it."""


def read_run_results(path: Path, manifest: Path | None = None) -> list[CheckResult]:
    """Every data test of a `run_results.json`; `manifest.json` lies beside it unless given.

    A failed test keeps its count of failing rows; dbt keeps no keys, `orchestration.quality.gate` reads those. A model
    that could not be built is an error of its own. Unit tests are about code, not about data, and are left out.
    Raises `DbtResultsMissing` when a file is not there.
    """
    manifest = manifest or path.with_name("manifest.json")
    for wanted in (path, manifest):
        if not wanted.exists():
            raise DbtResultsMissing(
                f"{wanted} does not exist: run `dbt build` with that target folder first."
            )
    results = json.loads(path.read_text(encoding="utf-8")).get("results") or []
    nodes = json.loads(manifest.read_text(encoding="utf-8"))
    return results_of(results, nodes)


def results_of(results: list[dict[str, Any]], manifest: Mapping[str, Any]) -> list[CheckResult]:
    """Results of dbt's data tests, given run results and manifest as dictionaries."""
    made: dict[tuple[str, str, str], CheckResult] = {}
    for result in results:
        node = manifest["nodes"].get(result.get("unique_id") or "")
        if node is None:
            continue
        if node.get("resource_type") in ("model", "seed") and result.get("status") in (
            "error",
            "runtime error",
        ):
            made[node["name"], node["schema"], node["name"]] = _not_built(node)
        if node.get("resource_type") != "test":
            continue
        schema, table = _tested(node, manifest)
        check = CheckResult(
            suite=SUITE,
            expectation=node.get("alias") or node["name"],
            segment="all",
            schema_name=schema,
            table_name=table,
            column_name=node.get("column_name")
            or (node.get("test_metadata") or {}).get("kwargs", {}).get("column_name"),
            status=_status(str(result.get("status")), _blocks(node)),
            is_blocking=_blocks(node),
            observed=None if result.get("failures") is None else str(result["failures"]),
            threshold=_threshold(node),
            failing_rows=result.get("failures"),
            owner=_owner(node, manifest),
            sentence=_sentence(node),
            message=""
            if result.get("status") == "pass"
            else str(result.get("message") or "").split("\n")[0][:200],
            seconds=float(result.get("execution_time") or 0.0),
        )
        made[check.expectation, schema, table] = check
    return list(made.values())


def _not_built(node: Mapping[str, Any]) -> CheckResult:
    """A model without a table of tonight. Its message may quote rows, so it stays in the run's log."""
    return CheckResult(
        suite=SUITE,
        expectation=node["name"],
        segment="all",
        schema_name=node["schema"],
        table_name=node.get("alias") or node["name"],
        column_name=None,
        status="error",
        is_blocking=True,
        observed=None,
        threshold=None,
        failing_rows=None,
        owner=str(node.get("group") or _UNOWNED),
        sentence=f"{node['name']} can be built",
    )


def _blocks(node: Mapping[str, Any]) -> bool:
    return str((node.get("config") or {}).get("severity") or "error").lower() == "error"


def _status(status: str, blocks: bool) -> Status:
    if status == "pass":
        return "passed"
    if status == "fail":
        return "failed" if blocks else "warned"
    if status == "warn":
        return "warned"
    if status == "skipped":
        return "skipped"
    return "error"


def _threshold(node: Mapping[str, Any]) -> str:
    config = node.get("config") or {}
    condition = str(config.get("error_if" if _blocks(node) else "warn_if") or "!= 0")
    return "0" if condition == "!= 0" else f"fails when rows {condition}"


def _tested(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Schema and table that a test is about: what it is attached to, else the first model that it reads."""
    named = ((node.get("config") or {}).get("meta") or {}).get("dagster", {}).get("ref", {}).get("name")
    reads = list((node.get("depends_on") or {}).get("nodes") or [])
    candidates = [node.get("attached_node"), *(i for i in reads if named and i.endswith(f".{named}")), *reads]
    for unique_id in candidates:
        about = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
        if about:
            return about["schema"], about.get("alias") or about.get("identifier") or about["name"]
    return "", node["name"]


def _owner(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    about = manifest["nodes"].get(node.get("attached_node") or "") or {}
    return str(about.get("group") or node.get("group") or _UNOWNED)


def _sentence(node: Mapping[str, Any]) -> str:
    described = str(node.get("description") or "").strip().split("\n")[0].rstrip(".")
    if described:
        return described
    test = node.get("test_metadata") or {}
    if not test:
        return str(node["name"]).replace("_", " ")
    kwargs = test.get("kwargs") or {}
    columns = kwargs.get("column_name") or ", ".join(kwargs.get("columns") or [])
    words = {
        "not_null": "{} is never null",
        "unique": "{} is unique",
        "unique_combination": "{} are unique together",
        "accepted_values": "{} has only accepted values",
        "relationships": "{} points to an existing row",
    }
    return words.get(test["name"], test["name"].replace("_", " ") + ": {}").format(columns)
