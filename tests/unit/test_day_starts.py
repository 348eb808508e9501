"""The start of a day in a time zone, as SQL says it, against zoneinfo: the first instant that carries the date."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path

import duckdb
import jinja2

MACROS = Path(__file__).resolve().parents[2] / "macros" / "cross_engine" / "time_zones.sql"
FIRST, LAST = dt.date(2022, 1, 1), dt.date(2026, 1, 1)
QUARTER = dt.timedelta(minutes=15)


def _transition_days() -> list[tuple[str, dt.date, dt.datetime]]:
    """(zone, day, first instant of it) around every change of a zone's offset."""
    found = []
    for name in sorted(zoneinfo.available_timezones()):
        # Antarctic stations move by three hours when their ships come and go; nobody keeps office hours there.
        if "/" not in name or name.startswith(("Etc/", "SystemV/", "Antarctica/")):
            continue
        zone = zoneinfo.ZoneInfo(name)
        before = None
        for number in range((LAST - FIRST).days):
            day = FIRST + dt.timedelta(days=number)
            offset = dt.datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()
            assert offset is not None
            if before is not None and offset != before:
                for near in (day - dt.timedelta(days=1), day):
                    at = dt.datetime(near.year, near.month, near.day) - offset - 12 * QUARTER
                    while at.replace(tzinfo=dt.UTC).astimezone(zone).date() < near:
                        at += QUARTER
                    found.append((name, near, at))
            before = offset
    return found


def test_a_day_starts_at_the_first_instant_that_carries_its_date() -> None:
    days = _transition_days()
    assert len(days) > 2000
    assert {"America/Havana", "Atlantic/Azores", "America/Santiago"} <= {zone for zone, _, _ in days}
    module = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(MACROS.read_text()).module
    sql = module.default__local_day_start("day", "zone")  # type: ignore[attr-defined]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create table days (zone varchar, day date, starts_at timestamp)")
        connection.executemany("insert into days values (?, ?, ?)", days)
        wrong = connection.execute(f"select *, {sql} as found from days where {sql} <> starts_at").fetchall()
    assert wrong == []
