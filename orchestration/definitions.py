"""Dagster's entry point. It only assembles: what there is lives in one folder per capability.

The organisation's signed definitions (`seeds/definitions`) have their own commands in `definition_data`.
"""

import dagster as dg

from orchestration import policy
from orchestration.ingest.assets import load_assets
from orchestration.publish.assets import published_warehouse, sent_alerts
from orchestration.quality.checks import checked_build, expectation_checks
from orchestration.resources import NightResource
from orchestration.schedule.jobs import (
    NIGHTLY,
    SIGNALS,
    WAITING_ALERTS,
    new_files_sensor,
    nightly_schedule,
    waiting_alerts_sensor,
)
from orchestration.settings import Settings
from orchestration.transform.assets import (
    definition_files,
    model_assets,
    prepared_manifest,
    read_manifest,
    reference_assets,
)

manifest = read_manifest(prepared_manifest())
settings = Settings.load()
models = model_assets(manifest)

assets = [
    *load_assets(manifest),
    definition_files,
    reference_assets(manifest),
    models,
    checked_build(models.keys),
    published_warehouse,
    sent_alerts,
]

defs = dg.Definitions(
    assets=dg.map_asset_specs(policy.apply, assets),
    asset_checks=[expectation_checks(manifest, models.keys)],
    jobs=[NIGHTLY, SIGNALS, WAITING_ALERTS],
    schedules=[nightly_schedule(settings)],
    sensors=[new_files_sensor(settings), waiting_alerts_sensor(settings)],
    resources={"night": NightResource()},
)
