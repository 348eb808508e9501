"""Between nights: load what has landed, build only what alerts need, and send them. Minutes, not a night.

The same models as at night, so that an alert at noon and the table tomorrow say the same. The published
warehouse stays as it was: signals publish nothing, and mark the build database as one that may not be published
until a whole night has passed its checks. They hold the writer lock like a night; a night that comes meanwhile
waits for them, and they never wait for a night.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from orchestration.alerts.channels import channels_of
from orchestration.alerts.deliver import Delivery, SystemClock, deliver, read_alerts
from orchestration.alerts.outbox import Outbox
from orchestration.runs import SIGNALS_COMMAND, Paths
from orchestration.settings import Settings

# dbt's graph operator: the alerts, and all that they are made of.
SELECTION = ("+alerts",)
# A channel that refuses is tried again for so long in the same run; then its messages wait in the outbox.
PATIENCE = timedelta(seconds=60)


@dataclass
class SignalsReport:
    """What a signals run did."""

    as_of: str
    alerts: int
    delivery: Delivery
    seconds: dict[str, float] = field(default_factory=dict)


def outbox_of(settings: Settings) -> Outbox:
    """The outbox of a warehouse: beside the databases, in none of them."""
    return Outbox(Path(settings.warehouse) / "alerts" / "outbox.sqlite")


def run_signals(settings: Settings) -> SignalsReport:
    """Load newly landed files, build the alerts and send them, as of now (or the settings' instant).

    Raises `WarehouseBusy` while a night runs, and `NightFailed` when a blocking check fails: then nothing
    is sent, because what it would say could be wrong.
    """
    import time

    from orchestration import nightly
    from orchestration.progress import Silent
    from orchestration.runs import writer_lock

    seconds: dict[str, float] = {}
    paths = Paths(Path(settings.warehouse)).make()
    with writer_lock(paths, SIGNALS_COMMAND):
        night = nightly.Night.begin(settings)
        started = time.monotonic()
        nightly.prepare_definitions(night)
        nightly.load(night, Silent())
        nightly.write_reference(night)
        seconds["load"] = time.monotonic() - started
        started = time.monotonic()
        report = nightly.build(night, Silent(), SELECTION, lean=True)
        broken = nightly.explain_failures(night, report)
        nightly.gate_errors(report, broken)
        nightly.gate(broken, None)
        seconds["build"] = time.monotonic() - started
        alerts = read_alerts(paths.build)
    started = time.monotonic()
    delivery = deliver(alerts, channels_of(settings.alert_urls), outbox_of(settings), patience=PATIENCE)
    seconds["send"] = time.monotonic() - started
    return SignalsReport(night.as_of, len(alerts), delivery, seconds)


def send_waiting(settings: Settings) -> Delivery:
    """Try again what channels did not take before; reads no warehouse and needs no lock."""
    return deliver([], channels_of(settings.alert_urls), outbox_of(settings), patience=PATIENCE)


def is_waiting(settings: Settings) -> bool:
    """Whether a message waits whose channel may be tried again now."""
    if not (Path(settings.warehouse) / "alerts" / "outbox.sqlite").exists():
        return False
    outbox, now = outbox_of(settings), SystemClock().now()
    attempts = [outbox.next_attempt(channel) for channel in channels_of(settings.alert_urls)]
    return any(at is not None and at <= now for at in attempts)
