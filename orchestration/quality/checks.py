"""The expectations as checks of the tables that they look at."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from expectations.dagster_checks import check_results, check_specs
from orchestration import nightly
from orchestration.resources import NightResource


def expectation_checks(manifest: Mapping[str, Any]) -> dg.AssetChecksDefinition:
    """One step that runs every suite; a failed blocking check keeps the warehouse from being published."""
    keys = {
        (source["schema"], source["identifier"]): dg.AssetKey([source["source_name"], source["name"]])
        for source in manifest["sources"].values()
    }

    def key_of(schema: str, table: str) -> dg.AssetKey:
        return keys.get((schema, table)) or dg.AssetKey([schema, table])

    specs = check_specs(key_of, blocking=True)

    @dg.multi_asset_check(specs=specs, name="expectations")
    def check_expectations(night: NightResource) -> Iterator[dg.AssetCheckResult]:
        with night.stage("expectations") as tonight:
            report = nightly.expect(tonight)
            known = {spec.key for spec in specs}
            for result in check_results(report, key_of):
                if dg.AssetCheckKey(result.asset_key, result.check_name) in known:  # type: ignore[arg-type]
                    yield result
            nightly.gate([], report)

    return check_expectations
