"""Read what is due from a warehouse, put it into the outbox, and send it until every channel took it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import duckdb

from orchestration.alerts.channels import Channel, Refused
from orchestration.alerts.messages import COLUMNS, Alert
from orchestration.alerts.outbox import Outbox


class Clock(Protocol):
    """Time, so that a test can have an hour of it."""

    def now(self) -> datetime:
        """The current instant, UTC without a zone."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Delivery:
    """What a delivery came to."""

    new: int = 0
    sent: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


class NoAlerts(RuntimeError):
    """The warehouse holds no alerts table yet."""


def read_alerts(database: Path) -> list[Alert]:
    """The rows of `activation.alerts` in a warehouse file, worst first."""
    if not database.exists():
        raise NoAlerts(f"{database} does not exist yet: run `concord nightly` first.")
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            rows = connection.execute(f"select {', '.join(COLUMNS)} from activation.alerts").fetchall()
        except duckdb.CatalogException as error:
            raise NoAlerts(
                f"{database} has no table activation.alerts: run `concord nightly` first."
            ) from error
    return sorted((Alert(*row) for row in rows), key=lambda alert: alert.order)


def deliver(
    alerts: Sequence[Alert],
    channels: Sequence[Channel],
    outbox: Outbox,
    clock: Clock | None = None,
    patience: timedelta = timedelta(seconds=0),
) -> Delivery:
    """Send `alerts`, and whatever an earlier run could not, to every channel.

    A channel that refuses is left alone for as long as it asked, or twice as long as the last time; the other
    channels go on. What no channel took within `patience` waits in the outbox for the next run.
    """
    time_keeper = clock or SystemClock()
    outcome = Delivery()
    for channel in channels:
        outcome.new += outbox.enqueue(alerts, channel, time_keeper.now())
    deadline = time_keeper.now() + patience
    while True:
        for channel in channels:
            _drain(channel, outbox, time_keeper, outcome)
        attempts = [at for channel in channels if (at := outbox.next_attempt(channel)) is not None]
        if not attempts or min(attempts) > deadline:
            break
        time_keeper.sleep(max(0.5, (min(attempts) - time_keeper.now()).total_seconds()))
    outcome.waiting = sum(outbox.waiting(channel) for channel in channels)
    return outcome


def _drain(channel: Channel, outbox: Outbox, clock: Clock, outcome: Delivery) -> None:
    """Send what is due on one channel, up to its first refusal."""
    while (due := outbox.claim(channel, clock.now())) is not None:
        try:
            channel.send(due.message, due.message_id)
        except Refused as refusal:
            until = outbox.failed(due, channel, clock.now(), str(refusal), refusal.retry_after)
            outcome.problems.append(f"{channel.key} {refusal}; trying again at {until:%Y-%m-%d %H:%M:%S} UTC")
            return
        outbox.sent(due, clock.now())
        outcome.sent += 1
