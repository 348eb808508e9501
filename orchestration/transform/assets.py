"""The models as Dagster assets, their tests as asset checks, and the definition files that they read."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.asset_utils import (
    get_asset_check_key_for_test,
    get_dbt_resource_names_for_asset_keys,
)

from orchestration import nightly, policy
from orchestration.progress import Silent
from orchestration.resources import NightResource
from orchestration.settings import PROJECT_ROOT
from orchestration.transform.dbt import NodeResult

DEFINITION_FILES = dg.AssetKey("definition_files")
MANIFEST_FOLDER = PROJECT_ROOT / "target" / "dagster"
PARSED_FROM = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")


class Translator(DagsterDbtTranslator):
    """Seeds come from the staged definition files, groups are the project's folders; the rest is as dbt says."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """`staging_salesforce`, `intermediate_identity`, `core`: the model's folder."""
        if dbt_resource_props["resource_type"] == "seed":
            return str(dbt_resource_props["schema"])
        folders = [folder for folder in dbt_resource_props["fqn"][1:-1] if folder != "marts"]
        return "_".join(folders) or None

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """The default spec, with the definition files upstream of every seed."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("seed."):
            return spec.replace_attributes(deps=[*spec.deps, dg.AssetDep(DEFINITION_FILES)])
        return spec


def prepared_manifest() -> Path:
    """dbt's manifest of this checkout, parsed again when a file of the project is newer than it."""
    manifest = MANIFEST_FOLDER / "manifest.json"
    if not manifest.exists() or manifest.stat().st_mtime < _newest_change():
        # A process of its own: Dagster loads this module in several, and dbt keeps state for each.
        import subprocess

        code = "from orchestration.transform.assets import parse; parse()"
        finished = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            raise RuntimeError(f"The dbt project does not parse:\n{finished.stderr[-2000:]}")
        os.utime(manifest)
    return manifest


def parse() -> None:
    """Parse the project into the folder that Dagster reads."""
    from dbt.cli.main import dbtRunner

    answer = dbtRunner().invoke(
        [
            "parse",
            *("--project-dir", str(PROJECT_ROOT)),
            *("--profiles-dir", str(PROJECT_ROOT)),
            *("--target-path", str(MANIFEST_FOLDER)),
            *("--log-path", str(MANIFEST_FOLDER)),
            *("--log-level", "error"),
        ]
    )
    if not answer.success:
        raise SystemExit(str(answer.exception))


def _newest_change() -> float:
    files = [
        path for name in PARSED_FROM for path in [PROJECT_ROOT / name, *(PROJECT_ROOT / name).rglob("*")]
    ]
    return max(path.stat().st_mtime for path in files if path.exists())


@dg.asset(
    key=DEFINITION_FILES,
    group_name="definitions",
    description="The signed definition files of this build: the project's, with the organisation's own on top.",
    retry_policy=policy.RETRY,
)
def definition_files(night: NightResource) -> dg.MaterializeResult:
    """Stage and check the definition files."""
    with night.stage("definitions") as tonight:
        folder = nightly.prepare_definitions(tonight)
    return dg.MaterializeResult(metadata={"files": len(list(folder.glob("*.csv"))), "folder": str(folder)})


def reference_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The tables of the dbt source `reference`, written in one step."""
    tables = [source for source in manifest["sources"].values() if source["source_name"] == "reference"]
    raw = [
        dg.AssetKey([source["source_name"], source["name"]])
        for source in manifest["sources"].values()
        if source["source_name"] != "reference"
    ]
    specs = [
        dg.AssetSpec(
            dg.AssetKey(["reference", table["name"]]),
            deps=[DEFINITION_FILES, *raw],
            group_name="reference",
            description=table["description"],
        )
        for table in tables
    ]

    @dg.multi_asset(specs=specs, name="write_reference", retry_policy=policy.RETRY)
    def write_reference(night: NightResource) -> Iterator[dg.MaterializeResult]:
        with night.stage("reference") as tonight:
            nightly.write_reference(tonight)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)

    return write_reference


def model_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Every seed and model as an asset, every data test as a check of its model."""
    translator = Translator()

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name="dbt_build",
        retry_policy=policy.RETRY,
    )
    def dbt_build(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[Any]:
        select: list[str] = []
        if context.is_subset:
            select = list(
                get_dbt_resource_names_for_asset_keys(
                    translator, manifest, context.assets_def, context.selected_asset_keys
                )
            )
        with night.stage("build") as tonight:
            report = nightly.build(tonight, Silent(), select)
            broken = nightly.explain_failures(tonight, report)
            for result in report.results:
                yield from _events(result, manifest, translator, context)
            if any(rule.blocking for rule in broken):
                nightly.keep_results(tonight, broken)
            nightly.gate(broken, None)

    return dbt_build


def _events(
    result: NodeResult, manifest: Mapping[str, Any], translator: DagsterDbtTranslator, context: Any
) -> Iterator[Any]:
    """A node's result as what Dagster records: a materialization or the outcome of a check."""
    if result.unique_id not in manifest["nodes"]:
        return
    if result.resource_type in ("model", "seed") and result.status == "success":
        key = translator.get_asset_spec(manifest, result.unique_id, None).key
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"seconds": round(result.seconds, 3)})
    elif result.resource_type == "test" and result.status != "skipped":
        check = get_asset_check_key_for_test(manifest, translator, result.unique_id, None)
        if check is not None and check in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.status == "pass",
                severity=dg.AssetCheckSeverity.WARN
                if result.status == "warn"
                else dg.AssetCheckSeverity.ERROR,
                metadata={"failing_rows": result.failures or 0},
            )


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest as a mapping."""
    return json.loads(path.read_text())
