"""The raw tables as assets: one step per source, one asset per declared table."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration import nightly, policy
from orchestration.ingest.schemas import read_schemas
from orchestration.progress import Silent
from orchestration.resources import NightResource


def load_assets(manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """A loading step for every source that dbt declares, that can be loaded from the landing zone."""
    declared = read_schemas()
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for source in manifest["sources"].values():
        if source["source_name"] in declared:
            tables.setdefault(source["source_name"], []).append(source)
    return [_load_source(name, found) for name, found in sorted(tables.items())]


def _load_source(name: str, declared: list[Mapping[str, Any]]) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            dg.AssetKey([name, table["name"]]),
            group_name=f"load_{name}",
            description=table["description"],
            kinds={"dlt"},
            skippable=True,
        )
        for table in sorted(declared, key=lambda table: table["name"])
    ]

    @dg.multi_asset(specs=specs, name=f"load_{name}", retry_policy=policy.RETRY)
    def load(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[Any]:
        with night.stage("load") as tonight:
            report = nightly.load(tonight, Silent(), sources=[name])
        for entry in report.quarantined:
            context.log.warning(f"Quarantined: {entry}")
        loaded = {table.table: table for table in report.tables}
        for spec in specs:
            table = loaded.get(spec.key.path[-1])
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={"files": table.files if table else 0, "rows": table.rows if table else 0},
            )

    return load
