"""Business time against plain Python: a minute walk, an independent package, every zone's changes."""

from __future__ import annotations

import datetime as dt
import functools
import random
import zoneinfo
from pathlib import Path

import duckdb
import pytest

from orchestration.reference.calendars import Calendar, Opening, calendar_tables

UTC = dt.UTC
PROJECT = Path(__file__).resolve().parents[2]
NINE_TO_FIVE = tuple(Opening(day, 540, 1020) for day in range(1, 6))


def compiled(macro: str, **arguments: object) -> str:
    """One macro of macros/business_time.sql as DuckDB SQL, without starting dbt."""
    import jinja2

    source = (PROJECT / "macros" / "business_time.sql").read_text()
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(
        source=lambda schema, table: f"{schema}.{table}",
        epoch_us=lambda instant: f"epoch_us({instant})",
        from_epoch_us=lambda us: f"make_timestamp(cast({us} as bigint))",
    )
    module = environment.from_string(source).module
    return getattr(module, macro)(**arguments)


def database(calendars: list[Calendar], first: dt.date, last: dt.date) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("create schema reference")
    for name, table in calendar_tables(calendars, first, last).items():
        connection.register("rows", table)
        connection.execute(f"create table reference.{name} as select * from rows")
    return connection


def elapsed(connection: duckdb.DuckDBPyConnection, intervals: list[tuple]) -> list[int]:
    """business_us of (calendar_id, a, b), in order."""
    return [row[1] for row in _ask(connection, intervals, "business_elapsed", ends_at="b", starts_at="a")]


def due(connection: duckdb.DuckDBPyConnection, targets: list[tuple]) -> list[dt.datetime | None]:
    """due_at of (calendar_id, a, microseconds), in order."""
    return [row[1] for row in _ask(connection, targets, "business_due", starts_at="a", limit_us="b")]


def _ask(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple], macro: str, **arguments: str
) -> list[tuple]:
    import pyarrow as pa

    calendar_ids, a, b = zip(*rows, strict=True)
    table = pa.table({"n": list(range(len(rows))), "calendar_id": calendar_ids, "a": list(a), "b": list(b)})
    connection.register("asked", table)
    sql = compiled(macro, relation="asked", keys=["n"], **arguments)
    return connection.execute(f"select * from ({sql}) order by n").fetchall()


# --- an opening is a stretch of the wall clock; a minute is open when the wall clock reads an open minute ---


def open_minutes(calendar: Calendar, first: dt.datetime, count: int) -> list[bool]:
    """For each UTC minute: does the wall clock in the calendar's zone stand inside an opening?"""
    week = [
        any(o.iso_weekday == day and o.opens <= minute < o.closes for o in calendar.openings)
        for day in range(1, 8)
        for minute in range(1440)
    ]
    return [
        week[(wall.isoweekday() - 1) * 1440 + wall.hour * 60 + wall.minute]
        and wall.date() not in calendar.closings
        for wall in wall_clock(calendar.time_zone, first, count)
    ]


@functools.lru_cache(maxsize=2)
def wall_clock(zone: str, first: dt.datetime, count: int) -> list[dt.datetime]:
    """What the wall clock reads at each of `count` UTC minutes."""
    info = zoneinfo.ZoneInfo(zone)
    start = first.replace(tzinfo=UTC)
    return [(start + dt.timedelta(minutes=minute)).astimezone(info) for minute in range(count)]


def walked(flags: list[bool], first: dt.datetime, a: dt.datetime, b: dt.datetime) -> int:
    """Open microseconds in [a, b), minute by minute."""
    total = 0
    minute = int((a - first).total_seconds() // 60)
    while first + dt.timedelta(minutes=minute) < b:
        if flags[minute]:
            begin = max(a, first + dt.timedelta(minutes=minute))
            end = min(b, first + dt.timedelta(minutes=minute + 1))
            total += (end - begin) // dt.timedelta(microseconds=1)
        minute += 1
    return total


def random_instant(rng: random.Random, first: dt.datetime, days: int) -> dt.datetime:
    instant = first + dt.timedelta(microseconds=rng.randrange(days * 86_400_000_000))
    return rng.choice(
        [
            instant,
            instant.replace(second=0, microsecond=0),
            instant.replace(minute=0, second=0, microsecond=0),
        ]
    )


HOURS = {
    "nine_to_five": NINE_TO_FIVE,
    "lunch_break": tuple(o for d in range(1, 6) for o in (Opening(d, 540, 750), Opening(d, 810, 1080))),
    "round_the_clock": tuple(Opening(day, 0, 1440) for day in range(1, 8)),
    "night": tuple(Opening(day, 0, 360) for day in range(1, 8)),
    "weekend": (Opening(6, 600, 1440), Opening(7, 0, 840)),
}
# Both hemispheres, a half-hour change, a change at midnight, a winter that is the odd one out.
ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
]


def test_100_000_random_intervals_equal_a_walk_over_the_minutes() -> None:
    rng = random.Random(5)
    calendars = [
        Calendar(
            f"{zone}/{name}", name, zone, 480, False, openings, closings=frozenset({dt.date(2026, 12, 25)})
        )
        for zone in ZONES
        for name, openings in HOURS.items()
    ]
    connection = database(calendars, dt.date(2025, 12, 25), dt.date(2027, 1, 10))
    first, days = dt.datetime(2026, 1, 1), 365
    per_calendar = 100_000 // len(calendars) + 1
    intervals, expected = [], []
    for calendar in calendars:
        flags = open_minutes(calendar, first, days * 1440)
        totals = [0]
        for flag in flags:
            totals.append(totals[-1] + (60_000_000 if flag else 0))

        def before(instant: dt.datetime, flags: list[bool] = flags, totals: list[int] = totals) -> int:
            passed = (instant - first) // dt.timedelta(microseconds=1)
            minute, rest = divmod(passed, 60_000_000)
            return totals[minute] + (rest if minute < len(flags) and flags[minute] else 0)

        for number in range(per_calendar):
            a, b = sorted(random_instant(rng, first, days) for _ in range(2))
            if rng.random() < 0.5:
                b = min(b, a + dt.timedelta(hours=rng.randrange(1, 200)))
            if number < 3:
                b = min(b, a + dt.timedelta(days=3))
                assert walked(flags, first, a, b) == before(b) - before(a)
            intervals.append((calendar.calendar_id, a, b))
            expected.append(before(b) - before(a))
    assert len(intervals) >= 100_000
    found = elapsed(connection, intervals)
    differences = [(i, f, e) for i, f, e in zip(intervals, found, expected, strict=True) if f != e]
    assert differences == []

    # And back: the earliest instant at which that much time has run.
    targets = [(c, a, us) for (c, a, _), us in zip(intervals, expected, strict=True)]
    dues = due(connection, targets)
    again = elapsed(connection, [(c, a, d) for (c, a, _), d in zip(targets, dues, strict=True)])
    assert again == expected
    earlier = [
        (c, a, max(a, d - dt.timedelta(microseconds=1))) for (c, a, _), d in zip(targets, dues, strict=True)
    ]
    for before_due, us in zip(elapsed(connection, earlier), expected, strict=True):
        assert before_due == max(us - 1, 0)


def test_every_zone_with_daylight_saving_through_both_changes_equals_the_walk() -> None:
    rng = random.Random(11)
    zones = []
    for zone in sorted(zoneinfo.available_timezones()):
        info = zoneinfo.ZoneInfo(zone)
        offsets = [
            dt.datetime(2026, month, 1, tzinfo=UTC).astimezone(info).utcoffset() for month in range(1, 13)
        ]
        if len(set(offsets)) > 1:
            zones.append(zone)
    assert len(zones) > 100
    openings = tuple(
        Opening(day, 0, 1440) if day in (6, 7) else Opening(day, 480, 1080) for day in range(1, 8)
    )
    calendars = [Calendar(zone, zone, zone, 480, False, openings) for zone in zones]
    connection = database(calendars, dt.date(2025, 12, 20), dt.date(2027, 1, 12))
    intervals, expected = [], []
    walks: dict[tuple, list[bool]] = {}
    for calendar in calendars:
        info = zoneinfo.ZoneInfo(calendar.time_zone)
        days = [dt.datetime(2026, 1, 1) + dt.timedelta(days=n) for n in range(366)]
        offsets = [day.replace(tzinfo=UTC).astimezone(info).utcoffset() for day in days]
        changes = [day for day, now, then in zip(days, offsets, offsets[1:], strict=False) if now != then]
        assert len(changes) >= 2
        for change in changes[:2]:
            first = change - dt.timedelta(days=1)
            # Aliases and neighbours keep the same time: their walk is done once.
            if (first, *offsets) not in walks:
                walks[(first, *offsets)] = open_minutes(calendar, first, 4 * 1440 + 1)
            flags = walks[(first, *offsets)]
            for _ in range(6):
                a = random_instant(rng, first, 2)
                b = a + dt.timedelta(microseconds=rng.randrange(2 * 86_400_000_000))
                a = max(a, first)
                intervals.append((calendar.calendar_id, a, b))
                expected.append(walked(flags, first, a, b))
    found = elapsed(connection, intervals)
    assert [(i, f, e) for i, f, e in zip(intervals, found, expected, strict=True) if f != e] == []


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Sydney"])
def test_agrees_with_businesstimedelta(zone: str) -> None:
    import businesstimedelta
    import pytz

    rng = random.Random(3)
    calendar = Calendar("c", "c", zone, 480, False, NINE_TO_FIVE)
    connection = database([calendar], dt.date(2025, 12, 20), dt.date(2027, 1, 12))
    rule = businesstimedelta.WorkDayRule(
        start_time=dt.time(9), end_time=dt.time(17), working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(zone)
    )
    oracle = businesstimedelta.Rules([rule])
    intervals, expected = [], []
    for _ in range(400):
        a, b = sorted(
            dt.datetime(2026, 1, 1) + dt.timedelta(seconds=rng.randrange(364 * 86_400)) for _ in range(2)
        )
        b = min(b, a + dt.timedelta(days=30))
        delta = oracle.difference(a.replace(tzinfo=UTC), b.replace(tzinfo=UTC))
        intervals.append(("c", a, b))
        expected.append((delta.hours * 3600 + delta.seconds) * 1_000_000)
    assert elapsed(connection, intervals) == expected


def test_edges_of_an_opening() -> None:
    calendar = Calendar("c", "c", "UTC", 480, False, HOURS["lunch_break"])
    connection = database([calendar], dt.date(2026, 6, 1), dt.date(2026, 8, 1))
    monday = dt.datetime(2026, 6, 8)
    hour = 3_600_000_000

    def at(hours: float) -> dt.datetime:
        return monday + dt.timedelta(hours=hours)

    assert due(
        connection,
        [
            ("c", at(9), 0),  # no limit: due at once
            ("c", at(3), 0),
            ("c", at(3), 1),  # begins at the next opening
            ("c", at(9), int(3.5 * hour)),  # runs out exactly with the opening: its closing
            ("c", at(9), int(3.5 * hour) + 1),  # one microsecond more: after the break
            ("c", at(9), 8 * hour),
            ("c", at(18), hour),  # the closing instant is outside
            ("nobody", at(9), hour),
        ],
    ) == [
        at(9), at(3), at(9) + dt.timedelta(microseconds=1), at(12.5), at(13.5) + dt.timedelta(microseconds=1),
        at(18), at(34), None,
    ]  # fmt: skip
    closes = _ask(
        connection,
        [("c", at(h), 0) for h in (3, 9, 13, 17.99, 18, 24 * 4 + 20)],
        "business_day_close",
        starts_at="a",
    )
    assert [row[1] for row in closes] == [at(h) for h in (18, 18, 18, 18, 42, 24 * 7 + 18)]
    assert elapsed(connection, [("c", at(10), at(9)), ("c", at(18), at(33)), ("c", at(9), at(18))]) == [
        0, 0, 8 * hour,
    ]  # fmt: skip
