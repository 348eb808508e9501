"""The expectations as asset checks: blocking ones keep a build from being published."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration import nightly, policy
from orchestration.optional import find
from orchestration.resources import NightResource
from orchestration.transform.dbt import project_seed_folder

CHECKED_BUILD = dg.AssetKey("checked_build")


def checked_build(upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """One asset, the build that passed, with a check of its own for each expectation."""
    planned = {_name(check): check for check in _planned()}
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=CHECKED_BUILD,
            description=f"{check.rule.relation}: {check.sentence}",
            blocking=check.is_blocking,
        )
        for name, check in planned.items()
    ]

    @dg.asset(
        key=CHECKED_BUILD,
        deps=upstream,
        check_specs=specs,
        group_name="quality",
        description="The build database after every expectation was checked; only a build that passed is published.",
        retry_policy=policy.RETRY,
    )
    def check_build(night: NightResource) -> Iterator[Any]:
        with night.stage("expectations") as tonight:
            report = nightly.expect(tonight)
            summary = getattr(report, "summary", None)
            yield dg.MaterializeResult(metadata={"summary": summary() if callable(summary) else ""})
            for result in getattr(report, "results", []):
                name = _result_name(result)
                if name in planned:
                    yield dg.AssetCheckResult(
                        check_name=name,
                        passed=result.status in ("passed", "skipped"),
                        severity=dg.AssetCheckSeverity.ERROR
                        if result.is_blocking
                        else dg.AssetCheckSeverity.WARN,
                        metadata={
                            "status": result.status,
                            "observed": result.observed or "",
                            "threshold": result.threshold or "",
                            "failing_rows": result.failing_rows or 0,
                        },
                    )
            nightly.gate_expectations(report)

    return check_build


def _planned() -> list[Any]:
    """What the expectations would check with the project's thresholds, without running anything."""
    all_rules = find("expectations.rules", "all_rules")
    if all_rules is None:
        return []
    import expectations.rules as rules

    thresholds = rules.read_thresholds(project_seed_folder() / rules.SEED)
    return list(rules.checks(all_rules(), thresholds))


def _name(check: Any) -> str:
    return f"{check.rule.suite}__{check.name}"


def _result_name(result: Any) -> str:
    segment = "" if result.segment == "all" else f"__{result.segment}"
    return f"{result.suite}__{result.expectation}{segment}"
