"""The expectations: one step that checks the build, and a check on every table that they look at."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from expectations.dagster_checks import check_results, check_specs
from orchestration import nightly, policy
from orchestration.resources import NightResource

CHECKED_BUILD = dg.AssetKey("checked_build")


def checked_build(upstream: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The build after its expectations were checked, and marked as fit to be published if it passed."""

    @dg.asset(
        key=CHECKED_BUILD,
        deps=sorted(upstream),
        group_name="quality",
        description="The build database with every expectation checked; only one that passed is published.",
        retry_policy=policy.RETRY,
    )
    def check_build(night: NightResource) -> dg.MaterializeResult:
        with night.stage("expectations") as tonight:
            night.keep_checked(nightly.expect(tonight))
        return dg.MaterializeResult(
            metadata={
                "summary": night.checked.summary(),
                "blocking_failures": len(night.checked.blocking_failures),
            }
        )

    return check_build


def expectation_checks(
    manifest: Mapping[str, Any], models: Iterable[dg.AssetKey]
) -> dg.AssetChecksDefinition:
    """What `checked_build` found, as checks of the tables.

    They run after that step, because one step looks at everything from raw tables to marts; publishing waits for the
    step and looks at its report, so nothing passes a failed check.
    """
    keys = {
        (source["schema"], source["identifier"]): dg.AssetKey([source["source_name"], source["name"]])
        for source in manifest["sources"].values()
    }

    def key_of(schema: str, table: str) -> dg.AssetKey:
        return keys.get((schema, table)) or dg.AssetKey([schema, table])

    assets = set(keys.values()) | set(models)
    specs = [
        spec._replace(additional_deps=[dg.AssetDep(CHECKED_BUILD)])
        for spec in check_specs(key_of, blocking=False)
        if spec.asset_key in assets
    ]
    known = {spec.key for spec in specs}

    @dg.multi_asset_check(specs=specs, name="expectations")
    def tell_expectations(night: NightResource) -> Iterator[dg.AssetCheckResult]:
        report = night.checked
        for result in check_results(report, key_of) if report is not None else ():
            assert result.asset_key is not None
            assert result.check_name is not None
            if dg.AssetCheckKey(result.asset_key, result.check_name) in known:
                yield result

    return tell_expectations
