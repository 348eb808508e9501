"""The life of one status field by a plain walk over its changes. Shares no code with the models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Change:
    at: datetime
    old: str | None
    new: str | None


def values(
    created: datetime, current: str | None, changes: list[Change], as_of: datetime
) -> list[tuple[str, datetime, datetime | None, bool]]:
    """(value, from, to, is_inferred) of a field, in order; `changes` in the source's own order."""
    changes = sorted(changes, key=lambda change: change.at)
    line: list[tuple[datetime, str | None, bool]] = []
    if not changes:
        line.append((created, current, True))
    elif changes[0].at > created:
        line.append((created, changes[0].old, True))
    line += [(change.at, change.new, False) for change in changes]
    line = [entry for entry in line if entry[0] <= as_of]
    told: list[tuple[datetime, str | None, bool]] = []
    for entry in line:
        before = told[-1][1] if told else None
        if entry[1] != before:
            told.append(entry)
    found = []
    for number, (at, value, inferred) in enumerate(told):
        until = told[number + 1][0] if number + 1 < len(told) else None
        if value is not None:
            found.append((value, at, until, inferred))
    return found


def value_at(line: list[tuple[str, datetime, datetime | None, bool]], at: datetime) -> str | None:
    """What the field said at an instant: what was set at that instant counts already."""
    said = None
    for value, start, end, _ in line:
        if start <= at and (end is None or end > at):
            said = value
    return said
