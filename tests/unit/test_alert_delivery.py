"""Each alert once, whatever the receiver does: refuse, time out, ask to wait, or fail for an hour."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from orchestration.alerts.channels import Webhook, channels_of
from orchestration.alerts.deliver import deliver
from orchestration.alerts.messages import Alert, digest, escape, render
from orchestration.alerts.outbox import LEASE_SECONDS, MOST_SINGLE_MESSAGES, Outbox

START = dt.datetime(2026, 7, 1, 6)


class SimulatedClock:
    def __init__(self) -> None:
        self.instant = START

    def now(self) -> dt.datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.instant += dt.timedelta(seconds=seconds)


class Receiver:
    """A local webhook. `behave` decides what it does with a request; what it took is in `taken`."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.tried = 0
        self.behave: Callable[[], tuple[int, dict[str, str]] | str] = lambda: (200, {})
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.tried += 1
                answer = receiver.behave()
                if answer == "hang":
                    time.sleep(0.6)
                    return
                if answer == "drop":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers = answer  # type: ignore[misc]
                if status == 200:
                    receiver.taken.append({"key": self.headers["Idempotency-Key"], **body})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/SECRET"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.taken)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "alerts" / "outbox.sqlite")


def alert(number: int, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "alert_id": f"alert{number}",
        "kind": "breached",
        "severity": "critical",
        "subject_type": "lead",
        "headline": "Accept or reject an MQL",
        "subject_name": f"Person {number}",
        "company_name": "Acme",
        "owner_name": "Rita Rep",
        "escalate_to_name": "Mona Manager",
        "happened_at": START - dt.timedelta(hours=1),
        "due_at": START - dt.timedelta(hours=1),
        "as_of": START,
        "data_loaded_at": START - dt.timedelta(hours=2),
        "is_data_fresh": True,
    }
    return Alert(**values | changes)


def webhook(receiver: Receiver, **options: Any) -> Webhook:
    return Webhook(receiver.url, timeout=0.3, **options)


def test_each_alert_is_sent_once_over_many_runs(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    for run in range(4):
        deliver([alert(n) for n in range(run + 1)], [webhook(receiver)], outbox, clock)
        clock.sleep(3600)
    assert len(receiver.taken) == 4
    assert len({message["key"] for message in receiver.taken}) == 4


def test_a_receiver_that_fails_for_an_hour_loses_nothing_and_hears_nothing_twice(
    receiver: Receiver, outbox: Outbox
) -> None:
    clock = SimulatedClock()
    back_at = START + dt.timedelta(hours=1)
    failures: list[Any] = ["hang", "drop", (500, {}), (429, {"Retry-After": "90"}), (503, {}), (404, {})]

    def fail_for_an_hour() -> Any:
        if clock.now() < back_at:
            return failures[receiver.tried % len(failures)]
        return 200, {}

    receiver.behave = fail_for_an_hour
    # A run every five minutes, each with news, for two hours.
    for run in range(24):
        deliver([alert(n) for n in range(max(0, run - 6), run + 1)], [webhook(receiver)], outbox, clock)
        clock.sleep(300)
    deliver([], [webhook(receiver)], outbox, clock, patience=dt.timedelta(hours=2))
    assert outbox.waiting() == 0
    for number in range(24):
        assert receiver.text.count(f"Person {number} ") == 1
    assert receiver.tried > len(receiver.taken)


def test_refusing_connection_waits_in_the_outbox(outbox: Outbox) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = SimulatedClock()
    outcome = deliver([alert(1)], [Webhook(f"http://127.0.0.1:{port}/SECRET")], outbox, clock)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    assert "SECRET" not in "".join(outcome.problems)
    assert str(port) not in "".join(outcome.problems)


def test_retry_after_is_kept(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    receiver.behave = lambda: (429, {"Retry-After": "600"})
    deliver([alert(1), alert(2)], [webhook(receiver)], outbox, clock)
    # One refusal closes the channel: the second message does not even try.
    assert receiver.tried == 1
    receiver.behave = lambda: (200, {})
    clock.sleep(599)
    deliver([], [webhook(receiver)], outbox, clock)
    assert receiver.tried == 1
    clock.sleep(1)
    deliver([], [webhook(receiver)], outbox, clock)
    assert len(receiver.taken) == 2


def test_retry_after_may_be_a_date(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    receiver.behave = lambda: (503, {"Retry-After": "Wed, 01 Jul 2026 06:20:00 GMT"})
    deliver([alert(1)], [webhook(receiver, now=clock.now)], outbox, clock)
    channel = webhook(receiver)
    assert outbox.next_attempt(channel) == START + dt.timedelta(minutes=20)


def test_patience_waits_out_a_short_failure(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    receiver.behave = lambda: (200, {}) if receiver.tried > 2 else (500, {})
    outcome = deliver([alert(1)], [webhook(receiver)], outbox, clock, patience=dt.timedelta(minutes=5))
    assert (outcome.sent, outcome.waiting, receiver.tried) == (1, 0, 3)


def test_one_failing_channel_does_not_hold_up_another(
    receiver: Receiver, outbox: Outbox, tmp_path: Path
) -> None:
    other = Receiver()
    receiver.behave = lambda: (500, {})
    outcome = deliver([alert(1)], [webhook(receiver), webhook(other)], outbox, SimulatedClock())
    assert (len(other.taken), outcome.sent, outcome.waiting) == (1, 1, 1)
    other.server.shutdown()
    other.server.server_close()


def test_a_message_left_behind_by_a_dead_process_is_sent_again_with_the_same_key(
    receiver: Receiver, outbox: Outbox
) -> None:
    clock = SimulatedClock()
    channel = webhook(receiver)
    outbox.enqueue([alert(1)], channel, clock.now())
    left = outbox.claim(channel, clock.now())
    assert left is not None
    assert outbox.claim(channel, clock.now()) is None
    clock.sleep(LEASE_SECONDS)
    deliver([], [channel], outbox, clock)
    assert [message["key"] for message in receiver.taken] == [left.message_id]


def test_a_flood_comes_as_one_digest(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    many = [alert(n) for n in range(200)]
    deliver(many, [webhook(receiver)], outbox, clock)
    assert len(receiver.taken) == 1
    assert "200 × Breached" in receiver.text
    assert "180 more" in receiver.text
    deliver([*many, alert(900)], [webhook(receiver)], outbox, clock)
    assert len(receiver.taken) == 2
    assert MOST_SINGLE_MESSAGES < 200


def test_a_hand_raiser_is_not_buried_in_a_digest(receiver: Receiver, outbox: Outbox) -> None:
    raised = alert(999, kind="hand_raiser", severity="urgent", headline="Asked to talk to sales")
    deliver([*(alert(n) for n in range(50)), raised], [webhook(receiver)], outbox, SimulatedClock())
    assert len(receiver.taken) == 2
    assert "Person 999" in receiver.taken[0]["text"]
    assert "Person 999" not in receiver.taken[1]["text"]


def test_an_escalation_channel_hears_of_breaches_alone(receiver: Receiver, outbox: Outbox) -> None:
    [channel] = channels_of("escalation=" + receiver.url)
    deliver([alert(1, kind="at_risk", severity="warning"), alert(2)], [channel], outbox, SimulatedClock())
    assert len(receiver.taken) == 1
    assert "Escalated to: Mona Manager" in receiver.text


def test_an_at_risk_clock_that_breaches_is_a_new_alert(receiver: Receiver, outbox: Outbox) -> None:
    clock = SimulatedClock()
    deliver(
        [alert(1, alert_id="at_risk:c", kind="at_risk", severity="warning")],
        [webhook(receiver)],
        outbox,
        clock,
    )
    deliver([alert(1, alert_id="breached:c")], [webhook(receiver)], outbox, clock)
    assert [message["text"].split(":")[0] for message in receiver.taken] == ["*At risk*", "*Breached*"]


NASTY = [
    "<!channel>",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "*bold* _it_ `code` @here",
    "a\r\nb\x00c",
]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("flavour", ["slack", "html", "text"])
def test_text_from_data_is_harmless(name: str, flavour: Any) -> None:
    one = alert(
        1, subject_name=name, company_name=name, owner_name=name, escalate_to_name=name, headline=name
    )
    for message in (render(one, flavour), digest([one, one], flavour)):
        body = message.body
        assert "<!" not in body or flavour == "text"
        assert "<script" not in body or flavour == "text"
        if flavour == "slack":
            assert "@here" not in body
            assert "`code`" not in body
            assert "_it_" not in body
        assert ": =HYPERLINK" not in body
        assert "\x00" not in body
        assert "\r" not in body
        assert "\r" not in message.title
        assert "\n" not in message.title
    assert escape(name, flavour)[:1] not in ("=", "+", "-", "@")


def test_every_message_says_its_instant_and_whether_the_data_is_fresh() -> None:
    fresh, old = alert(1), alert(2, is_data_fresh=False, data_loaded_at=dt.datetime(2026, 6, 20, 3))
    assert (
        "As of 2026-07-01 06:00 UTC. Data is fresh: last loaded 2026-07-01 04:00 UTC."
        in render(fresh, "text").body
    )
    assert "DATA IS OLD: last loaded 2026-06-20 03:00 UTC." in render(old, "slack").body
    assert "DATA IS OLD" in digest([old] * 3, "html").body
    silent = alert(3, stale_sources="marketo, salesforce")
    assert render(silent, "text").body.endswith(
        "Nothing new for too long from marketo, salesforce: what only they know is missing."
    )


def test_addresses_are_in_no_text_of_a_channel(receiver: Receiver) -> None:
    for channel in channels_of(
        f"{receiver.url} mailto://user:SECRET@example.com slack://SECRET/SECRET/SECRET"
    ):
        assert "SECRET" not in repr(channel) + channel.key
