"""The outbox: which alert went where, and what is still to be sent.

A small SQLite file beside the warehouse, never in it: a release can be rolled back without sending anything
twice, and a full refresh forgets nothing. An alert enters a channel's outbox once, in the same transaction
as the message that carries it; a message leaves when the channel took it. A message whose sending was cut
short (the process died) is sent again under the same Idempotency-Key, so that nothing is lost.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.alerts.channels import Channel
from orchestration.alerts.messages import Alert, Message, digest, render

# Up to this many new alerts come one by one; more would be a flood and come as one digest.
MOST_SINGLE_MESSAGES = 8
FIRST_WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 1800.0
# A message that has been "sending" for longer than this was left behind by a process that died.
LEASE_SECONDS = 300.0

SCHEMA = """
create table if not exists messages (
    message_id text primary key,
    channel text not null,
    title text not null,
    body text not null,
    alert_ids text not null,
    status text not null check (status in ('pending', 'sending', 'sent')),
    attempts integer not null default 0,
    created_at text not null,
    next_attempt_at text not null,
    sent_at text,
    last_error text
);
create index if not exists messages_due on messages (status, channel, next_attempt_at);
create table if not exists alerts (
    channel text not null,
    alert_id text not null,
    message_id text not null references messages (message_id),
    primary key (channel, alert_id)
);
create table if not exists channels (
    channel text primary key,
    closed_until text not null
);
"""


@dataclass(frozen=True)
class Due:
    """A claimed message."""

    message_id: str
    message: Message
    attempts: int


class Outbox:
    """The state of what was sent; safe for several processes at a time."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        with self._transaction() as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.file, timeout=30, isolation_level=None)
        try:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        finally:
            connection.close()

    def enqueue(self, alerts: Sequence[Alert], channel: Channel, now: datetime) -> int:
        """Put what the channel has not heard of into its outbox; returns how many alerts that are."""
        wanted = [a for a in alerts if a.kind == "breached" or not channel.only_breaches]
        with self._transaction() as connection:
            known = {
                alert_id
                for (alert_id,) in connection.execute(
                    "select alert_id from alerts where channel = ?", [channel.key]
                )
            }
            unique = {alert.alert_id: alert for alert in wanted if alert.alert_id not in known}
            fresh = sorted(unique.values(), key=lambda alert: alert.order)
            if not fresh:
                return 0
            singles = fresh
            if len(fresh) > MOST_SINGLE_MESSAGES:
                # Somebody who asked to talk must not stand below twenty breaches.
                raised = [alert for alert in fresh if alert.kind == "hand_raiser"]
                singles = raised if len(raised) <= MOST_SINGLE_MESSAGES else []
            rest = [alert for alert in fresh if alert not in singles]
            messages = [render(alert, channel.flavour) for alert in singles]
            if rest:
                messages.append(digest(rest, channel.flavour))
            for message in messages:
                message_id = hashlib.sha256("|".join((channel.key, *message.alert_ids)).encode()).hexdigest()[
                    :32
                ]
                connection.execute(
                    "insert into messages (message_id, channel, title, body, alert_ids, status, created_at,"
                    " next_attempt_at) values (?, ?, ?, ?, ?, 'pending', ?, ?)",
                    [
                        message_id,
                        channel.key,
                        message.title,
                        message.body,
                        json.dumps(message.alert_ids),
                        _text(now),
                        _text(now),
                    ],
                )
                connection.executemany(
                    "insert into alerts values (?, ?, ?)",
                    [(channel.key, alert_id, message_id) for alert_id in message.alert_ids],
                )
            return len(fresh)

    def claim(self, channel: Channel, now: datetime) -> Due | None:
        """The channel's oldest due message, marked as being sent; None when there is none or it asked to
        wait.
        """
        with self._transaction() as connection:
            connection.execute(
                "update messages set status = 'pending', next_attempt_at = ?"
                " where status = 'sending' and channel = ? and next_attempt_at <= ?",
                [_text(now), channel.key, _text(now)],
            )
            closed = connection.execute(
                "select closed_until from channels where channel = ?", [channel.key]
            ).fetchone()
            if closed is not None and closed[0] > _text(now):
                return None
            row = connection.execute(
                "select message_id, title, body, alert_ids, attempts from messages"
                " where status = 'pending' and channel = ? and next_attempt_at <= ?"
                " order by created_at, rowid limit 1",
                [channel.key, _text(now)],
            ).fetchone()
            if row is None:
                return None
            message_id, title, body, alert_ids, attempts = row
            connection.execute(
                "update messages set status = 'sending', attempts = attempts + 1, next_attempt_at = ?"
                " where message_id = ?",
                [_text(now + timedelta(seconds=LEASE_SECONDS)), message_id],
            )
        return Due(message_id, Message(title, body, tuple(json.loads(alert_ids))), attempts + 1)

    def sent(self, due: Due, now: datetime) -> None:
        """The channel took it."""
        with self._transaction() as connection:
            connection.execute(
                "update messages set status = 'sent', sent_at = ?, last_error = null where message_id = ?",
                [_text(now), due.message_id],
            )

    def failed(
        self, due: Due, channel: Channel, now: datetime, reason: str, retry_after: float | None
    ) -> datetime:
        """The channel did not take it: it, and the channel, wait. Returns until when."""
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(due.attempts - 1, 12), LONGEST_WAIT_SECONDS)
        until = now + timedelta(seconds=wait if retry_after is None else max(retry_after, 1.0))
        with self._transaction() as connection:
            connection.execute(
                "update messages set status = 'pending', next_attempt_at = ?, last_error = ?"
                " where message_id = ?",
                [_text(until), reason, due.message_id],
            )
            connection.execute(
                "insert into channels values (?, ?)"
                " on conflict (channel) do update set closed_until = excluded.closed_until",
                [channel.key, _text(until)],
            )
        return until

    def waiting(self, channel: Channel | None = None) -> int:
        """How many messages are still to be taken, of one channel or of all."""
        clause, values = ("", []) if channel is None else (" and channel = ?", [channel.key])
        with self._transaction() as connection:
            row = connection.execute(
                f"select count(*) from messages where status <> 'sent'{clause}", values
            ).fetchone()
        return int(row[0])

    def next_attempt(self, channel: Channel) -> datetime | None:
        """When the channel may be tried again; None when nothing waits for it."""
        with self._transaction() as connection:
            row = connection.execute(
                "select max(coalesce((select closed_until from channels where channel = ?), ''),"
                " min(next_attempt_at)) from messages where status <> 'sent' and channel = ?",
                [channel.key, channel.key],
            ).fetchone()
        return None if row[0] is None else datetime.fromisoformat(row[0])


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")
