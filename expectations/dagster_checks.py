"""The checks as Dagster asset checks: specs without running anything, results from a report.

For `orchestration/` to assemble; nothing here runs a check. A check hangs on the asset of its table. Two checks of one
table never share a name: the name is `<suite>__<rule>` with `__<segment>` where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dagster as dg

from expectations.results import CheckReport, CheckResult
from expectations.rules import PROJECT, SEED, Rule, all_rules, checks, read_thresholds

KeyOf = Callable[[str, str], dg.AssetKey]


def default_key(schema: str, table: str) -> dg.AssetKey:
    """Asset key of a table: its schema and its name."""
    return dg.AssetKey([schema, table])


def check_name(suite: str, rule: str, segment: str) -> str:
    """Name of an asset check; letters, digits and underscores only."""
    name = f"{suite}__{rule}" if segment == "all" else f"{suite}__{rule}__{segment}"
    return "".join(character if character.isalnum() else "_" for character in name)


def check_specs(
    key_of: KeyOf = default_key,
    definitions: Path | None = None,
    rules: Sequence[Rule] | None = None,
    blocking: bool = False,
) -> list[dg.AssetCheckSpec]:
    """Every check as a spec, from rules and thresholds alone.

    `blocking` hands the severity to Dagster too: a failed blocking check then keeps downstream assets of the same run
    from starting. `definitions` is a folder with `quality_thresholds.csv`, the project's own unless given.
    """
    folder = definitions or PROJECT / "seeds" / "definitions"
    path = folder / SEED
    if not path.exists():
        path = PROJECT / "seeds" / "definitions" / SEED
    return [
        dg.AssetCheckSpec(
            name=check_name(check.rule.suite, check.rule.name, check.segment),
            asset=key_of(check.rule.schema, check.rule.table),
            description=f"{check.sentence[0].upper()}{check.sentence[1:]}.",
            blocking=blocking and check.is_blocking,
            metadata={"owner": check.threshold.owner, "suite": check.rule.suite},
        )
        for check in checks(rules or all_rules(), read_thresholds(path))
    ]


def check_results(report: CheckReport, key_of: KeyOf = default_key) -> Iterator[dg.AssetCheckResult]:
    """One result per check of a report, in the report's order.

    A skipped check passes: there was nothing to look at, and its metadata says so.
    """
    for result in report.results:
        yield dg.AssetCheckResult(
            asset_key=key_of(result.schema_name, result.table_name),
            check_name=check_name(result.suite, result.expectation, result.segment),
            passed=result.status in ("passed", "skipped"),
            severity=dg.AssetCheckSeverity.ERROR if result.is_blocking else dg.AssetCheckSeverity.WARN,
            description=str(result),
            metadata=_metadata(result, report),
        )


def _metadata(result: CheckResult, report: CheckReport) -> dict[str, dg.MetadataValue | str | int]:
    found: dict[str, dg.MetadataValue | str | int] = {"status": result.status, "owner": result.owner}
    if result.observed is not None:
        found["observed"] = result.observed
    if result.threshold is not None:
        found["threshold"] = result.threshold
    if result.failing_rows is not None:
        found["failing_rows"] = result.failing_rows
    if result.failing_keys:
        found["failing_keys"] = ", ".join(result.failing_keys)
    if report.data_docs is not None:
        found["data_docs"] = dg.MetadataValue.path(report.data_docs)
    return found
