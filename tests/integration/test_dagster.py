"""Dagster: what the code location holds, and that a tick of the schedule ends in a published warehouse.

`CONCORD_UPDATE_GOLDEN=1 pytest tests/integration/test_dagster.py` writes the golden file anew.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "dagster.json"


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The code location, as Dagster loads it."""
    from orchestration.definitions import defs

    return defs


def description(defs: dg.Definitions) -> dict[str, Any]:
    """What the code location holds, sorted, in plain words."""
    graph = defs.resolve_asset_graph()
    repository = defs.get_repository_def()
    return {
        "assets": sorted(key.to_user_string() for key in graph.materializable_asset_keys),
        "checks": sorted(
            f"{key.asset_key.to_user_string()}: {key.name}"
            + (" (blocking)" if graph.get(key).blocking else "")
            for key in graph.asset_check_keys
        ),
        "jobs": sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")),
        "schedules": {
            schedule.name: f"{schedule.cron_schedule} {schedule.execution_timezone} -> {schedule.job_name}, "
            f"{schedule.default_status.value}"
            for schedule in repository.schedule_defs
        },
        "sensors": {
            sensor.name: f"every {sensor.minimum_interval_seconds} s -> {sensor.job_name}, "
            f"{sensor.default_status.value}"
            for sensor in repository.sensor_defs
        },
    }


def test_the_code_location_holds_what_it_should(defs: dg.Definitions) -> None:
    present = description(defs)
    if os.environ.get("CONCORD_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(present, indent=1) + "\n")
    golden = json.loads(GOLDEN.read_text())
    how = "if that is meant: CONCORD_UPDATE_GOLDEN=1 uv run pytest tests/integration/test_dagster.py"
    for part in ("assets", "checks"):
        missing = sorted(set(golden[part]) - set(present[part]))
        added = sorted(set(present[part]) - set(golden[part]))
        assert not missing and not added, f"{part}: missing {missing}, new {added}; {how}"
    assert present == golden, how


def test_every_asset_has_an_owner_a_group_and_a_description(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.owners, key
        assert node.group_name != "default", key
        assert node.description, key


def test_everything_is_upstream_of_what_is_published(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    reached: set[dg.AssetKey] = set()
    waiting = [dg.AssetKey("published_warehouse")]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += graph.get(key).parent_keys
    unused = {key for key in graph.materializable_asset_keys if key not in reached}
    assert not {key for key in unused if key.path[0] != "reference"}


def test_the_sensor_waits_for_files_to_settle_and_starts_one_run(tmp_path: Path) -> None:
    from orchestration.schedule.jobs import new_files_sensor
    from orchestration.settings import Settings

    sensor = new_files_sensor(Settings(landing=str(tmp_path)))
    requests: list[int] = []
    with dg.DagsterInstance.ephemeral() as instance:
        cursor: str | None = None

        def look() -> int:
            nonlocal cursor
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            tick = sensor.evaluate_tick(context)
            cursor = tick.cursor or cursor
            requests.append(len(tick.run_requests or []))
            return requests[-1]

        assert look() == 0  # nothing there
        (tmp_path / "salesforce" / "lead").mkdir(parents=True)
        file = tmp_path / "salesforce" / "lead" / "a.csv"
        file.write_text("Id\n")
        assert look() == 0  # new, perhaps not complete
        file.write_text("Id\n1\n")
        assert look() == 0  # still changing
        assert look() == 1  # settled
        assert look() == 0  # once
        file.with_name("b.csv").write_text("Id\n2\n")
        assert [look(), look(), look()] == [0, 1, 0]


@pytest.mark.slow
def test_a_tick_of_the_schedule_ends_in_a_published_warehouse(
    defs: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from demo import DEFAULT_AS_OF, write_demo
    from orchestration.publish import release
    from orchestration.runs import Ledger, Paths, lock_holder

    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_demo(landing, leads=60, months=3, seed=3)
    monkeypatch.setenv("CONCORD_LANDING", str(landing))
    monkeypatch.setenv("CONCORD_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("CONCORD_AS_OF", DEFAULT_AS_OF.isoformat())
    schedule = defs.get_schedule_def("nightly_schedule")
    with dg.DagsterInstance.ephemeral() as instance:
        at = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=defs.get_repository_def()
        )
        tick = schedule.evaluate_tick(context)
        assert tick.run_requests is not None
        assert len(tick.run_requests) == 1
        request = tick.run_requests[0]
        job = defs.resolve_job_def("nightly")
        result = job.execute_in_process(
            instance=instance, run_config=request.run_config, tags=request.tags, raise_on_error=False
        )
        failures = [event for event in result.all_events if event.is_failure]
        assert result.success, failures
        evaluated = [
            event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"
        ]
    paths = Paths(warehouse)
    assert release.read_publication(paths.published).as_of == DEFAULT_AS_OF.replace(tzinfo=None)
    assert [run.status for run in Ledger(paths).runs()] == ["published"]
    assert lock_holder(paths) is None
    names = {event.asset_check_evaluation_data.check_name for event in evaluated}
    # Every check that the code location promises was evaluated.
    assert {key.name for key in defs.resolve_asset_graph().asset_check_keys} <= names
