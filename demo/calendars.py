"""Business time: exact minutes inside opening hours, from the calendars in the definition seeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from demo.columns import Ints, micros

DEFINITIONS = Path(__file__).parent.parent / "seeds" / "definitions"


def read_seed(name: str) -> list[dict[str, str]]:
    """The rows of one definition seed of the repository."""
    with (DEFINITIONS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Calendar:
    """Openings of one calendar in time order, with the open microseconds before each."""

    calendar_id: str
    zone: str
    opens: Ints
    closes: Ints
    before: Ints

    def worked(self, at: Ints) -> Ints:
        """Open microseconds from the calendar's start to each instant."""
        at = np.asarray(at, dtype=np.int64)
        index = np.clip(np.searchsorted(self.opens, at, side="right") - 1, 0, None)
        inside = np.clip(np.minimum(at, self.closes[index]) - self.opens[index], 0, None)
        return self.before[index] + inside

    def add(self, at: Ints, open_micros: Ints) -> Ints:
        """The earliest instant at which that much open time has run since ``at``."""
        goal = self.worked(at) + np.asarray(open_micros, dtype=np.int64)
        index = np.clip(np.searchsorted(self.before, goal, side="left") - 1, 0, None)
        return np.maximum(self.opens[index] + (goal - self.before[index]), np.asarray(at, dtype=np.int64))


def _instant(day: date, clock: str, zone: ZoneInfo) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    if hour == 24:
        return micros(datetime.combine(day + timedelta(days=1), time(0), zone))
    return micros(datetime.combine(day, time(hour, minute), zone))


@cache
def load_calendars(first: date, last: date) -> dict[str, Calendar]:
    """Every calendar of the definition seeds, between two days."""
    hours = read_seed("calendar_hours")
    closings = {(row["calendar_id"], row["closed_on"]) for row in read_seed("calendar_closings")}
    calendars = {}
    for row in read_seed("calendars"):
        zone = ZoneInfo(row["time_zone"])
        free: set[date] = set()
        if row["holiday_country"]:
            years = range(first.year, last.year + 1)
            subdivision = row["holiday_subdivision"] or None
            free = set(holidays.country_holidays(row["holiday_country"], subdiv=subdivision, years=years))
        openings = []
        day = first
        while day <= last:
            if day not in free and (row["calendar_id"], day.isoformat()) not in closings:
                for hour in hours:
                    if (
                        hour["calendar_id"] == row["calendar_id"]
                        and int(hour["iso_weekday"]) == day.isoweekday()
                    ):
                        opens, closes = (
                            _instant(day, hour[edge], zone) for edge in ("opens_at", "closes_at")
                        )
                        openings.append((opens, closes))
            day += timedelta(days=1)
        openings.sort()
        opens_at = np.array([opening[0] for opening in openings], dtype=np.int64)
        closes_at = np.array([opening[1] for opening in openings], dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(closes_at - opens_at)[:-1]]).astype(np.int64)
        calendars[row["calendar_id"]] = Calendar(
            row["calendar_id"], row["time_zone"], opens_at, closes_at, before
        )
    return calendars
