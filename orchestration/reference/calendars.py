"""Calendars as data: local days and opening hours, with daylight saving and public holidays.

Business time in this project is a table, not a loop. Six tables go into the schema `reference`:

- ``time_zones`` (time_zone): every IANA zone that a calendar, a user or the reporting setting names;
- ``local_days`` (time_zone, local_date, starts_at, ends_at): the UTC instants between which a local day lies
  (23, 24 or 25 hours);
- ``business_calendars`` (calendar_id, base_calendar_id, time_zone, standard_day_minutes, is_default): the
  calendars of the definitions, and one ``default@<zone>`` for every other zone in which a user lives;
- ``business_spans`` (calendar_id, business_date, opens_at, closes_at, business_us_before, span_index): one
  row per opening, with the running total of open microseconds before it;
- ``business_segments`` (calendar_id, utc_date, from_at, to_at, is_open, open_us_before, day_closes_at): the
  same time line without gaps, cut at UTC midnights, so that an instant finds its running total by an
  equi-join;
- ``business_totals`` (calendar_id, total_bucket, us_from, us_to, from_at): openings cut at every eighth
  open hour, so that a running total finds its instant by an equi-join.

All instants are UTC, microseconds. An opening begins at the first instant of its local day at which the
wall clock reads the opening time or later, and ends likewise: an opening time that a daylight-saving change
skips opens at the change.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import importlib.metadata
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import holidays
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Open time per bucket of `business_totals`; macros/business_time.sql divides by the same number. Eight
# hours is a usual working day, so that a bucket holds one or two rows whatever the calendar.
TOTAL_BUCKET_US = 8 * HOUR

# Business time answers for 20 years around as_of and more into the past, because open clocks may be old; a
# row is cheap. Local days go further back: dated definitions and records are older than clocks.
SPAN_YEARS_BEFORE = 20
SPAN_YEARS_AFTER = 11
FIRST_LOCAL_DAY = dt.date(1990, 1, 1)

_FILES = ("calendars.csv", "calendar_hours.csv", "calendar_closings.csv", "settings.csv")
_TABLES = (
    "time_zones",
    "local_days",
    "business_calendars",
    "business_spans",
    "business_segments",
    "business_totals",
)
_FORMAT = 1

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Opening:
    """One opening of a weekday: minutes since local midnight; `closes` may be 1440, or more when past
    midnight.
    """

    iso_weekday: int
    opens: int
    closes: int


@dataclass(frozen=True)
class Calendar:
    """One business calendar in one time zone."""

    calendar_id: str
    base_calendar_id: str
    time_zone: str
    standard_day_minutes: int
    is_default: bool
    openings: tuple[Opening, ...]
    holiday_country: str | None = None
    holiday_subdivision: str | None = None
    closings: frozenset[dt.date] = frozenset()


@dataclass(frozen=True)
class Spans:
    """The openings of a calendar in UTC microseconds, ascending and disjoint, and the day that each belongs
    to.
    """

    opens: Int64
    closes: Int64
    days: Int64  # days since 1970-01-01

    @property
    def before(self) -> Int64:
        """Open microseconds before each opening."""
        lengths = self.closes - self.opens
        return np.cumsum(lengths) - lengths


def write_calendars(
    connection: duckdb.DuckDBPyConnection, as_of: str | dt.datetime, definitions: Path
) -> None:
    """Write the calendar tables around `as_of` into schema `reference` of an open build database.

    `definitions` is the folder of signed CSVs. Nothing is written when neither the definitions, the years,
    the users' zones nor the zone and holiday packages have changed since the last time.
    """
    year = _year_of(as_of)
    user_zones = _user_zones(connection)
    fingerprint = _fingerprint(definitions, year, user_zones)
    connection.execute("create schema if not exists reference")
    if _is_current(connection, fingerprint):
        return

    calendars = read_calendars(definitions, user_zones)
    zones = sorted({_reporting_zone(definitions), *user_zones, *(c.time_zone for c in calendars)})
    tables = {
        "time_zones": pa.table({"time_zone": zones}),
        "local_days": pa.concat_tables(
            [_local_days(zone, FIRST_LOCAL_DAY, dt.date(year + SPAN_YEARS_AFTER + 5, 1, 1)) for zone in zones]
        ),
        **calendar_tables(
            calendars, dt.date(year - SPAN_YEARS_BEFORE, 1, 1), dt.date(year + SPAN_YEARS_AFTER, 1, 1)
        ),
    }
    connection.begin()
    try:
        for name in _TABLES:
            connection.register("calendar_rows", tables[name])
            connection.execute(f"create or replace table reference.{name} as select * from calendar_rows")
            connection.unregister("calendar_rows")
        connection.execute(
            "create or replace table reference.calendar_fingerprints as select ? as fingerprint",
            [fingerprint],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def calendar_tables(calendars: list[Calendar], first: dt.date, last: dt.date) -> dict[str, pa.Table]:
    """The four business tables of `calendars` for local days in `[first, last)`, as Arrow tables."""
    spans, segments, totals = [], [], []
    for calendar in calendars:
        opened = business_spans(calendar, first, last)
        spans.append(_spans_table(calendar.calendar_id, opened))
        segments.append(_segments_table(calendar.calendar_id, opened, first, last))
        totals.append(_totals_table(calendar.calendar_id, opened))
    return {
        "business_calendars": pa.table(
            {
                "calendar_id": pa.array([c.calendar_id for c in calendars], pa.string()),
                "base_calendar_id": pa.array([c.base_calendar_id for c in calendars], pa.string()),
                "time_zone": pa.array([c.time_zone for c in calendars], pa.string()),
                "standard_day_minutes": pa.array([c.standard_day_minutes for c in calendars], pa.int64()),
                "is_default": pa.array([c.is_default for c in calendars], pa.bool_()),
            }
        ),
        "business_spans": pa.concat_tables(spans),
        "business_segments": pa.concat_tables(segments),
        "business_totals": pa.concat_tables(totals),
    }


def read_calendars(definitions: Path, user_zones: list[str]) -> list[Calendar]:
    """The calendars of the definitions, and `default@<zone>` for every user's zone but the default's own."""
    hours: dict[str, list[Opening]] = {}
    for where, row in _rows(definitions / "calendar_hours.csv"):
        opens = _minutes(row["opens_at"], where)
        closes = _minutes(row["closes_at"], where)
        if closes <= opens:
            closes += 24 * 60
        weekday = int(row["iso_weekday"])
        if not 1 <= weekday <= 7:
            raise ValueError(f"{where}: iso_weekday {weekday} is not 1 (Monday) to 7 (Sunday)")
        hours.setdefault(row["calendar_id"], []).append(Opening(weekday, opens, closes))
    closings: dict[str, set[dt.date]] = {}
    for where, row in _rows(definitions / "calendar_closings.csv"):
        try:
            closings.setdefault(row["calendar_id"], set()).add(dt.date.fromisoformat(row["closed_on"]))
        except ValueError as error:
            raise ValueError(f"{where}: closed_on {row['closed_on']!r} is not a date YYYY-MM-DD") from error

    calendars: list[Calendar] = []
    for where, row in _rows(definitions / "calendars.csv"):
        calendar_id = row["calendar_id"]
        zone = row["time_zone"]
        if not _is_zone(zone):
            raise ValueError(f"{where}: time_zone {zone!r} is not an IANA time zone such as Europe/Berlin")
        calendar = Calendar(
            calendar_id=calendar_id,
            base_calendar_id=calendar_id,
            time_zone=zone,
            standard_day_minutes=int(row["standard_day_minutes"]),
            is_default=row["is_default"].lower() in {"true", "t", "1", "yes"},
            openings=tuple(hours.get(calendar_id, [])),
            holiday_country=row["holiday_country"] or None,
            holiday_subdivision=row["holiday_subdivision"] or None,
            closings=frozenset(closings.get(calendar_id, set())),
        )
        _check_holidays(calendar, where)
        calendars.append(calendar)
    defaults = [calendar for calendar in calendars if calendar.is_default]
    if len(defaults) != 1:
        raise ValueError(
            f"{definitions / 'calendars.csv'}: {len(defaults)} calendars are is_default; mark exactly one"
        )
    default = defaults[0]
    derived = [
        Calendar(
            **{
                **default.__dict__,
                "calendar_id": f"default@{zone}",
                "base_calendar_id": default.calendar_id,
                "time_zone": zone,
                "is_default": False,
            }
        )
        for zone in user_zones
        if zone != default.time_zone
    ]
    return [*calendars, *derived]


def business_spans(calendar: Calendar, first: dt.date, last: dt.date) -> Spans:
    """The openings of a calendar on local days in `[first, last)`; overlapping openings count once."""
    days = np.arange(_day_number(first), _day_number(last), dtype=np.int64)
    closed = {_day_number(day) for day in calendar.closings}
    closed |= {_day_number(day) for day in _holidays(calendar, first.year, last.year)}
    if closed:
        days = days[~np.isin(days, np.fromiter(closed, dtype=np.int64))]
    weekdays = (days + 3) % 7 + 1  # 1970-01-01 was a Thursday
    opens_wall, closes_wall, of_day = [], [], []
    for opening in calendar.openings:
        open_days = days[weekdays == opening.iso_weekday]
        opens_wall.append(open_days * DAY + opening.opens * MINUTE)
        closes_wall.append(open_days * DAY + opening.closes * MINUTE)
        of_day.append(open_days)
    if not opens_wall:
        empty = np.empty(0, dtype=np.int64)
        return Spans(empty, empty, empty)
    opens = wall_to_utc(calendar.time_zone, np.concatenate(opens_wall))
    closes = wall_to_utc(calendar.time_zone, np.concatenate(closes_wall))
    business_days = np.concatenate(of_day)
    order = np.lexsort((closes, opens))
    opens, closes, business_days = opens[order], closes[order], business_days[order]
    # What an earlier opening already covers is not opened twice.
    covered = np.concatenate(([np.iinfo(np.int64).min], np.maximum.accumulate(closes)[:-1]))
    opens = np.maximum(opens, covered)
    kept = closes > opens
    return Spans(opens[kept], closes[kept], business_days[kept])


@functools.cache
def _regimes(zone: str) -> tuple[Int64, Int64]:
    """Instants (UTC microseconds) from which an offset (microseconds) holds in a zone, 1989 to 2099."""
    info = zoneinfo.ZoneInfo(zone)
    utc = dt.UTC

    def offset(second: int) -> int:
        delta = dt.datetime.fromtimestamp(second, utc).astimezone(info).utcoffset()
        assert delta is not None
        return delta.days * 86_400 + delta.seconds

    first = int(dt.datetime(1989, 1, 1, tzinfo=utc).timestamp())
    last = int(dt.datetime(2099, 1, 1, tzinfo=utc).timestamp())
    starts, offsets = [first], [offset(first)]
    # No zone changes its offset back and forth within ten days; a change is then bisected to the second.
    step = 10 * 86_400
    for begin in range(first, last, step):
        after = offset(begin + step)
        if after == offsets[-1]:
            continue
        low, high = begin, begin + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        starts.append(high)
        offsets.append(offset(high))
        if offsets[-1] != after:
            raise ValueError(f"time zone {zone} changes twice within ten days; shorten the probing step")
    return np.array(starts, dtype=np.int64) * SECOND, np.array(offsets, dtype=np.int64) * SECOND


def wall_to_utc(zone: str, wall: Int64) -> Int64:
    """The first UTC instant at which the zone's wall clock reads `wall` (microseconds since 1970) or
    later.
    """
    starts, offsets = _regimes(zone)
    ends_wall = np.concatenate((starts[1:], [np.iinfo(np.int64).max // 2])) + offsets
    index = np.searchsorted(np.maximum.accumulate(ends_wall), wall, side="right")
    return np.maximum(starts[index], wall - offsets[index])


def _local_days(zone: str, first: dt.date, last: dt.date) -> pa.Table:
    days = np.arange(_day_number(first), _day_number(last) + 1, dtype=np.int64)
    starts = wall_to_utc(zone, days * DAY)
    return pa.table(
        {
            "time_zone": _repeat(zone, len(days) - 1),
            "local_date": _dates(days[:-1]),
            "starts_at": _instants(starts[:-1]),
            "ends_at": _instants(starts[1:]),
        }
    )


def _spans_table(calendar_id: str, spans: Spans) -> pa.Table:
    return pa.table(
        {
            "calendar_id": _repeat(calendar_id, len(spans.opens)),
            "business_date": _dates(spans.days),
            "opens_at": _instants(spans.opens),
            "closes_at": _instants(spans.closes),
            "business_us_before": pa.array(spans.before, pa.int64()),
            "span_index": pa.array(np.arange(len(spans.opens)), pa.int64()),
        }
    )


def _segments_table(calendar_id: str, spans: Spans, first: dt.date, last: dt.date) -> pa.Table:
    """The whole time line between the first and last UTC midnight, cut at openings, closings and
    midnights.
    """
    midnights = np.arange(_day_number(first), _day_number(last) + 1, dtype=np.int64) * DAY
    points = np.unique(np.concatenate((midnights, spans.opens, spans.closes)))
    points = points[(points >= midnights[0]) & (points <= midnights[-1])]
    starts, ends = points[:-1], points[1:]
    count = len(spans.opens)
    before = spans.before
    # The opening that an instant lies in, or the next one.
    following = np.searchsorted(spans.closes, starts, side="right")
    has_following = following < count
    safe = np.minimum(following, max(count - 1, 0))
    if count:
        is_open = has_following & (spans.opens[safe] <= starts)
        total = before[-1] + spans.closes[-1] - spans.opens[-1]
        open_before = np.where(
            has_following, before[safe] + np.where(is_open, starts - spans.opens[safe], 0), total
        )
        # Openings of one business day stand together, except for days that overlap the next one's openings.
        last_of_day: dict[int, int] = {}
        for day, closes in zip(spans.days.tolist(), spans.closes.tolist(), strict=True):
            last_of_day[day] = max(closes, last_of_day.get(day, closes))
        day_closes = np.array([last_of_day[day] for day in spans.days.tolist()], dtype=np.int64)[safe]
    else:
        is_open = np.zeros(len(starts), dtype=bool)
        open_before = np.zeros(len(starts), dtype=np.int64)
        day_closes = np.zeros(len(starts), dtype=np.int64)
    return pa.table(
        {
            "calendar_id": _repeat(calendar_id, len(starts)),
            "utc_date": _dates(starts // DAY),
            "from_at": _instants(starts),
            "to_at": _instants(ends),
            "is_open": pa.array(is_open),
            "open_us_before": pa.array(open_before, pa.int64()),
            "day_closes_at": _instants(day_closes, ~has_following),
        }
    )


def _totals_table(calendar_id: str, spans: Spans) -> pa.Table:
    """Openings cut where the running total passes a multiple of the bucket: (us_from, us_to] -> from_at."""
    before = spans.before
    after = before + spans.closes - spans.opens
    highest = int(after[-1]) if len(after) else 0
    cuts = np.arange(TOTAL_BUCKET_US, highest, TOTAL_BUCKET_US, dtype=np.int64)
    starts = np.unique(np.concatenate((before, cuts))) if len(before) else before
    ends = np.concatenate((starts[1:], after[-1:])) if len(starts) else starts
    span = np.searchsorted(before, starts, side="right") - 1
    from_at = spans.opens[span] + starts - before[span] if len(starts) else starts
    return pa.table(
        {
            "calendar_id": _repeat(calendar_id, len(starts)),
            "total_bucket": pa.array(starts // TOTAL_BUCKET_US, pa.int64()),
            "us_from": pa.array(starts, pa.int64()),
            "us_to": pa.array(ends, pa.int64()),
            "from_at": _instants(from_at),
        }
    )


def _holidays(calendar: Calendar, first_year: int, last_year: int) -> list[dt.date]:
    if calendar.holiday_country is None:
        return []
    return list(
        _country_holidays(calendar.holiday_country, calendar.holiday_subdivision, first_year, last_year)
    )


@functools.cache
def _country_holidays(
    country: str, subdivision: str | None, first_year: int, last_year: int
) -> tuple[dt.date, ...]:
    return tuple(
        holidays.country_holidays(country, subdiv=subdivision, years=range(first_year, last_year + 1))
    )


def _check_holidays(calendar: Calendar, where: str) -> None:
    if calendar.holiday_country is None:
        return
    try:
        holidays.country_holidays(calendar.holiday_country, subdiv=calendar.holiday_subdivision, years=2020)
    except NotImplementedError as error:
        raise ValueError(
            f"{where}: the holidays package does not know country {calendar.holiday_country!r}, subdivision "
            f"{calendar.holiday_subdivision!r}; use ISO 3166 codes, or leave both empty and list the days in "
            "calendar_closings.csv"
        ) from error


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    """The rows of a definition file, each with words that say where it stands."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: every definitions folder needs {path.name}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            (
                f"{path.name} row {number}",
                {name: (value or "").strip() for name, value in row.items() if name},
            )
            for number, row in enumerate(csv.DictReader(file), start=2)
        ]


def _minutes(text: str, where: str) -> int:
    """Minutes since midnight of `HH:MM`, up to 24:00."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(part.isdigit() for part in parts):
        minutes = int(parts[0]) * 60 + int(parts[1])
        if 0 <= minutes <= 24 * 60 and int(parts[1]) < 60:
            return minutes
    raise ValueError(f"{where}: {text!r} is not a time between 00:00 and 24:00")


def _reporting_zone(definitions: Path) -> str:
    for where, row in _rows(definitions / "settings.csv"):
        if row["setting"] == "reporting_time_zone":
            if not _is_zone(row["value"]):
                raise ValueError(
                    f"{where}: {row['value']!r} is not an IANA time zone such as America/New_York"
                )
            return row["value"]
    raise ValueError("settings.csv has no row reporting_time_zone; add one, for example America/New_York")


def _user_zones(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The zones in which users live, as far as they are loaded and are IANA zones."""
    found: set[str] = set()
    for schema, table, column in (
        ("raw_salesforce", "user", "time_zone_sid_key"),
        ("raw_hubspot", "users", "time_zone"),
    ):
        present = connection.execute(
            "select 1 from information_schema.columns"
            " where table_schema = ? and table_name = ? and column_name = ?",
            [schema, table, column],
        ).fetchone()
        if present:
            rows = connection.execute(
                f'select distinct trim(cast("{column}" as varchar)) from {schema}."{table}"'
                f' where "{column}" is not null'
            ).fetchall()
            found |= {zone for (zone,) in rows if _is_zone(zone)}
    return sorted(found)


@functools.cache
def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _fingerprint(definitions: Path, year: int, user_zones: list[str]) -> str:
    digest = hashlib.sha256()
    for name in _FILES:
        path = definitions / name
        digest.update(path.read_bytes() if path.exists() else b"absent")
    versions = [importlib.metadata.version(package) for package in ("holidays", "tzdata")]
    digest.update(repr((_FORMAT, year, user_zones, versions)).encode())
    return digest.hexdigest()


def _is_current(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> bool:
    present = {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'reference'"
        ).fetchall()
    }
    if not {*_TABLES, "calendar_fingerprints"} <= present:
        return False
    found = connection.execute("select fingerprint from reference.calendar_fingerprints").fetchone()
    return found == (fingerprint,)


def _year_of(as_of: str | dt.datetime) -> int:
    return as_of.year if isinstance(as_of, dt.datetime) else dt.datetime.fromisoformat(as_of).year


def _day_number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _repeat(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)


def _dates(days: Int64) -> pa.Array:
    return pa.array(days.astype("datetime64[D]"), pa.date32())


def _instants(microseconds: Int64, missing: Any = None) -> pa.Array:
    return pa.array(microseconds.astype("datetime64[us]"), pa.timestamp("us"), mask=missing)
