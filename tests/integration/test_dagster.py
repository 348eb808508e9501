"""Dagster: what the code location holds, and that a tick of the schedule ends in a published warehouse.

`CONCORD_UPDATE_GOLDEN=1 pytest tests/integration/test_dagster.py` writes the golden file anew.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.runs import BuildState, now
from orchestration.schedule.jobs import new_files_sensor, waiting_alerts_sensor
from orchestration.settings import Settings

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
            sensor.name: f"every {sensor.minimum_interval_seconds} s -> "
            f"{' or '.join(target.job_name for target in sensor.targets)}, "
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
    waiting = [dg.AssetKey("sent_alerts")]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += graph.get(key).parent_keys
    unused = {key for key in graph.materializable_asset_keys if key not in reached}
    assert not {key for key in unused if key.path[0] != "reference"}


class Looks:
    """A sensor that keeps its cursor from one look to the next, as the daemon does."""

    def __init__(self, sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> None:
        self.sensor, self.instance = sensor, instance
        self.cursor: str | None = None

    def look(self) -> list[str | None]:
        """The jobs of the runs that this tick asks for."""
        tick = self.sensor.evaluate_tick(dg.build_sensor_context(instance=self.instance, cursor=self.cursor))
        self.cursor = tick.cursor or self.cursor
        return [request.job_name for request in tick.run_requests or []]


def test_the_sensor_waits_for_files_to_settle_and_starts_one_run(tmp_path: Path) -> None:
    from orchestration.runs import Paths, writer_lock

    landing, paths = tmp_path / "landing", Paths(tmp_path / "warehouse").make()
    landing.mkdir()
    sensor = new_files_sensor(Settings(landing=str(landing), warehouse=paths.root))
    with dg.DagsterInstance.ephemeral() as instance:
        looks = Looks(sensor, instance)
        assert looks.look() == []  # nothing there
        (landing / "salesforce" / "lead").mkdir(parents=True)
        file = landing / "salesforce" / "lead" / "a.csv"
        file.write_text("Id\n")
        assert looks.look() == []  # new, perhaps not complete
        file.write_text("Id\n1\n")
        assert looks.look() == []  # still changing
        assert looks.look() == ["nightly"]  # settled, and nothing was ever published
        assert looks.look() == []  # once
        paths.published.touch()
        file.with_name("b.csv").write_text("Id\n2\n")
        assert [looks.look(), looks.look(), looks.look()] == [[], ["signals"], []]
        file.with_name("c.csv").write_text("Id\n3\n")
        with writer_lock(paths, "concord nightly"):
            assert [looks.look(), looks.look()] == [[], []]  # a night is being written
        assert [looks.look(), looks.look()] == [["signals"], []]  # and nothing is forgotten


def test_a_night_waits_for_signals_and_for_nothing_else(tmp_path: Path) -> None:
    from orchestration.runs import SIGNALS_COMMAND, Paths, WarehouseBusy, writer_lock

    paths = Paths(tmp_path)
    held = threading.Event()

    def hold(command: str) -> threading.Thread:
        def run() -> None:
            with writer_lock(paths, command):
                held.set()
                time.sleep(0.8)

        held.clear()
        thread = threading.Thread(target=run)
        thread.start()
        held.wait()
        return thread

    signals = hold(SIGNALS_COMMAND)
    with pytest.raises(WarehouseBusy), writer_lock(paths, SIGNALS_COMMAND):
        raise AssertionError("two signals runs at once")
    with writer_lock(paths, "concord nightly", 30):
        assert not signals.is_alive() or signals.join(1) is None
    night = hold("concord nightly")
    with pytest.raises(WarehouseBusy, match="concord nightly"), writer_lock(paths, "concord nightly", 30):
        raise AssertionError("two nights at once")
    night.join()


class Receiver:
    """A local webhook that does with each request what the next entry of `plan` says, and takes it when it is empty."""

    def __init__(self) -> None:
        self.plan: list[str] = []
        self.done: list[str] = []
        self.taken: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
                behaviour = receiver.plan.pop(0) if receiver.plan else "take"
                receiver.done.append(behaviour)
                if behaviour == "refuse":
                    self.connection.shutdown(socket.SHUT_RDWR)
                elif behaviour == "hang":
                    time.sleep(1.5)
                else:
                    if behaviour == "take":
                        receiver.taken.append(text)
                    self.send_response(200 if behaviour == "take" else 429)
                    if behaviour != "take":
                        self.send_header("Retry-After", "1")
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/SECRET"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def _land_a_hand_raiser(landing: Path) -> None:
    """Between nights somebody new fills in the demo form."""
    at = "2026-06-30T00:30:00"
    contact = landing / "hubspot" / "contact" / "between.csv"
    contact.write_text(
        "id,property_email,property_firstname,property_lastname,property_createdate,_fivetran_synced\n"
        f"990001,wanda.new@brand-new-company.com,Wanda,Newcomer,{at},{at}\n"
    )
    form = landing / "hubspot" / "contact_form_submission" / "between.csv"
    form.parent.mkdir(exist_ok=True)
    form.write_text(
        "conversion_id,contact_id,page_url,title,timestamp,_fivetran_synced\n"
        f"late-1,990001,https://www.example.com/demo,Request a demo,{at},{at}\n"
    )


@pytest.mark.slow
def test_a_tick_publishes_and_between_nights_a_hand_raiser_is_heard(
    defs: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """The schedule's tick ends in a published warehouse. A file that lands after it ends in one message, through a
    receiver that refuses, hangs and asks to wait; the published warehouse and its alerts stay as they were."""
    from demo import DEFAULT_AS_OF, write_demo
    from orchestration.alerts import outbox, signals
    from orchestration.alerts.channels import Webhook
    from orchestration.alerts.deliver import deliver, read_alerts
    from orchestration.publish import release
    from orchestration.runs import Ledger, Paths, lock_holder

    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_demo(landing, leads=60, months=3, seed=3)
    monkeypatch.setenv("CONCORD_LANDING", str(landing))
    monkeypatch.setenv("CONCORD_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("CONCORD_AS_OF", DEFAULT_AS_OF.isoformat())
    monkeypatch.setenv("CONCORD_ALERT_URLS", receiver.url)
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

    # Between nights. The receiver is away for the length of the signals run, and slow to come back.
    assert not any("Wanda" in text for text in receiver.taken)
    told, before = len(receiver.taken), paths.published.stat().st_ino
    _land_a_hand_raiser(landing)
    monkeypatch.setenv("CONCORD_AS_OF", "2026-06-30T01:00:00")
    monkeypatch.setattr(outbox, "FIRST_WAIT_SECONDS", 0.2)
    monkeypatch.setattr(signals, "PATIENCE", timedelta(seconds=2))
    monkeypatch.setattr(signals, "channels_of", lambda urls: [Webhook(urls, timeout=0.4)])
    receiver.plan, receiver.done = ["refuse", "hang"] * 6, []
    settings = Settings.load()
    with dg.DagsterInstance.ephemeral() as instance:
        new_files = Looks(new_files_sensor(settings), instance)
        waiting = Looks(waiting_alerts_sensor(settings), instance)
        assert [new_files.look(), new_files.look(), new_files.look()] == [[], ["signals"], []]
        result = defs.resolve_job_def("signals").execute_in_process(instance=instance)
        assert result.success
        assert len(receiver.taken) == told
        assert receiver.done[:2] == ["refuse", "hang"]
        # Nothing has landed since, and still the message finds its way.
        receiver.plan, receiver.done = ["wait"], []
        time.sleep(max(0.0, (_next_attempt(settings) - now()).total_seconds()))
        assert waiting.look() == [None]
        assert defs.resolve_job_def("waiting_alerts").execute_in_process(instance=instance).success
        assert receiver.done == ["wait", "take"]
        assert waiting.look() == []
    # The next run finds the same alerts in the warehouse and says nothing twice.
    again = deliver(read_alerts(paths.build), [Webhook(receiver.url)], signals.outbox_of(settings))
    assert (again.new, again.sent, again.waiting) == (0, 0, 0)
    [text] = receiver.taken[told:]
    assert "Hand-raiser" in text
    assert "Wanda Newcomer" in text
    assert "As of 2026-06-30 01:00 UTC. Data is fresh: last loaded" in text
    # The published file is yesterday's, and what the build database holds may not be published.
    assert paths.published.stat().st_ino == before
    state = BuildState.read(paths)
    assert state is not None
    assert state.status == "building"
    assert [run.status for run in Ledger(paths).runs()] == ["published"]


def _next_attempt(settings: Settings) -> datetime:
    from orchestration.alerts.signals import channels_of, outbox_of

    at = outbox_of(settings).next_attempt(channels_of(settings.alert_urls)[0])
    assert at is not None
    return at
