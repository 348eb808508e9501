"""The signed definitions as the demo reads them: which engagements make an MQL under which version.

The evaluator is a sweep over arrays and shares no code with the warehouse's models.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from demo.calendars import read_seed
from demo.columns import DAY, NEVER, Bools, Ints, micros

REPORTING_ZONE = ZoneInfo("America/New_York")
TYPES = [row["engagement_type"] for row in read_seed("engagement_types")]
TYPE_CODE = {name: code for code, name in enumerate(TYPES)}


def local_day(day: str) -> int:
    """The instant at which a day (ISO text) starts in the reporting time zone."""
    moment = date.fromisoformat(day)
    return micros(datetime(moment.year, moment.month, moment.day, tzinfo=REPORTING_ZONE))


def local_days(days: Ints) -> Ints:
    """The instants at which days (counted from 1970) start in the reporting time zone."""
    unique, inverse = np.unique(days, return_inverse=True)
    starts = [
        micros(datetime.combine(date(1970, 1, 1) + timedelta(days=int(day)), time(0), REPORTING_ZONE))
        for day in unique
    ]
    return np.array(starts, dtype=np.int64)[inverse]


@dataclass(frozen=True)
class Counter:
    """How many engagements of some types lie in the window before an instant."""

    types: frozenset[int]
    window: int


@dataclass(frozen=True)
class Condition:
    """One condition of a clause: kind, the counter it reads, and the bar."""

    kind: str
    counter: int
    bar: float


@dataclass(frozen=True)
class Version:
    """One signed version: when it starts, how it scores, and the clauses that make an MQL."""

    number: int
    start: int
    points: list[tuple[int, float, float]]  # counter, points each, at most
    firmographic: dict[str, float]  # rule id -> points
    clauses: list[tuple[str, list[Condition]]]


def _types(text: str) -> frozenset[int]:
    return frozenset(TYPE_CODE[name] for name in text.split("|") if name)


def signed_versions() -> tuple[list[Counter], list[Version]]:
    """Counters shared by all signed versions, and the versions in order of their start."""
    hand_raisers = frozenset(
        TYPE_CODE[row["engagement_type"]]
        for row in read_seed("engagement_types")
        if row["is_hand_raiser"] == "true"
    )
    counters: list[Counter] = []

    def counter(types: frozenset[int], days: str) -> int:
        item = Counter(types, round(float(days) * DAY))
        if item not in counters:
            counters.append(item)
        return counters.index(item)

    versions = []
    for head in read_seed("definition_versions"):
        if not (head["sales_signed_by"] and head["marketing_signed_by"]):
            continue
        number = head["version"]
        points, firmographic = [], {}
        for row in read_seed("scoring_rules"):
            if row["version"] != number or row["subject"] != "lead":
                continue
            if row["kind"] == "engagement":
                points.append(
                    (counter(_types(row["engagement_types"]), row["window_days"]), float(row["points"]),
                     float(row["max_points"]))
                )  # fmt: skip
            else:
                firmographic[row["rule_id"]] = float(row["points"])
        clauses: dict[str, list[Condition]] = {}
        for row in read_seed("stage_rules"):
            if row["version"] != number or row["subject"] != "lead" or row["stage"] != "mql":
                continue
            if row["kind"] == "hand_raiser":
                condition = Condition("count", counter(hand_raisers, row["window_days"]), 1)
            elif row["kind"] == "engagement_count":
                condition = Condition(
                    "count",
                    counter(_types(row["engagement_types"]), row["window_days"]),
                    float(row["min_count"]),
                )
            elif row["kind"] == "score":
                condition = Condition("score", -1, float(row["min_score"]))
            elif row["kind"] == "target_account":
                condition = Condition("target", -1, 0)
            else:
                raise ValueError(
                    f"stage_rules.csv: the demo cannot act out a lead MQL condition of kind {row['kind']!r};"
                    " teach demo/definitions.py the kind first"
                )
            clauses.setdefault(row["clause"], []).append(condition)
        versions.append(
            Version(
                int(number), local_day(head["effective_from"]), points, firmographic, list(clauses.items())
            )
        )
    versions.sort(key=lambda version: version.start)
    return counters, versions


def first_mql(
    count: int,
    person: Ints,
    at: Ints,
    kind: Ints,
    not_before: Ints,
    fixed_points: Ints,
    target_from: Ints,
    target_to: Ints,
    end: int,
    chunk: int = 60_000,
) -> tuple[Ints, Ints]:
    """First instant at which the version in force makes each person an MQL, and the clause (index) that did.

    `person` must be sorted and `kind` non-bot engagement type codes; `not_before` is the person's creation (or the
    start of the cycle, whose engagements only are passed). People who never qualify get `NEVER`.
    """
    counters, versions = signed_versions()
    out = np.full(count, NEVER, dtype=np.int64)
    clause_out = np.full(count, -1, dtype=np.int64)
    member = np.zeros((len(counters), len(TYPES)), dtype=bool)
    for index, item in enumerate(counters):
        member[index, sorted(item.types)] = True
    for low in range(0, count, chunk):
        high = min(count, low + chunk)
        first, last = np.searchsorted(person, [low, high])
        p, t, k = person[first:last] - low, at[first:last], kind[first:last]
        row_p, row_t, row_c, row_s = [], [], [], []
        for index, item in enumerate(counters):
            hit = member[index, k]
            row_p += [p[hit], p[hit]]
            row_t += [t[hit], t[hit] + item.window]
            row_c += [np.full(int(hit.sum()), index)] * 2
            row_s += [np.ones(int(hit.sum()), dtype=np.int8), -np.ones(int(hit.sum()), dtype=np.int8)]
        everyone = np.arange(high - low)
        for moment in (
            not_before[low:high],
            target_from[low:high],
            *(np.full(high - low, v.start) for v in versions),
        ):
            use = moment < NEVER
            row_p.append(everyone[use])
            row_t.append(moment[use])
            row_c.append(np.full(int(use.sum()), -1))
            row_s.append(np.zeros(int(use.sum()), dtype=np.int8))
        rp, rt = np.concatenate(row_p), np.concatenate(row_t)
        order = np.lexsort((rt, rp))
        rp, rt = rp[order], rt[order]
        rc, rs = np.concatenate(row_c)[order], np.concatenate(row_s)[order]
        closing = np.ones(len(rp), dtype=bool)
        closing[:-1] = (rp[1:] != rp[:-1]) | (rt[1:] != rt[:-1])
        eligible = closing & (rt >= not_before[low:high][rp]) & (rt <= end)
        counts = [np.cumsum(np.where(rc == index, rs, 0))[eligible] for index in range(len(counters))]
        ep, et = rp[eligible], rt[eligible]
        reached = np.zeros(len(ep), dtype=bool)
        clause_at = np.full(len(ep), -1, dtype=np.int64)
        on_list = (et >= target_from[low:high][ep]) & (et < target_to[low:high][ep])
        for index, version in enumerate(versions):
            until = versions[index + 1].start if index + 1 < len(versions) else int(NEVER)
            here: Bools = (et >= version.start) & (et < until)
            score = fixed_points[low:high][ep].astype(float)
            for which, each, most in version.points:
                score += np.minimum(counts[which] * each, most)
            for number, (_name, conditions) in enumerate(version.clauses):
                holds = here.copy()
                for condition in conditions:
                    if condition.kind == "count":
                        holds &= counts[condition.counter] >= condition.bar
                    elif condition.kind == "score":
                        holds &= score >= condition.bar
                    else:
                        holds &= on_list
                clause_at = np.where(holds & (clause_at < 0), number, clause_at)
                reached |= holds
        who, index_first = np.unique(ep[reached], return_index=True)
        out[low + who] = et[reached][index_first]
        clause_out[low + who] = clause_at[reached][index_first]
    return out, clause_out
