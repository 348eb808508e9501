"""What becomes of the clocks: compliance, monthly promises, hand-off packets, routing and what the CRM is told.

Plain readings of the rules over rows; nothing here knows SQL. Instants are UTC without a zone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
NEW_YORK = ZoneInfo("America/New_York")


def local_day(at: dt.datetime) -> dt.date:
    return at.replace(tzinfo=dt.UTC).astimezone(NEW_YORK).date()


def week_of(at: dt.datetime) -> dt.date:
    day = local_day(at)
    return day - dt.timedelta(days=day.weekday())


def month_of(at: dt.datetime) -> dt.date:
    return local_day(at).replace(day=1)


def share(good: int, of: int) -> float | None:
    return good / of if of else None


# --- compliance -----------------------------------------------------------------------------------------------------


def compliance(clocks: Iterable[Row], key: Callable[[Row], tuple]) -> dict[tuple, tuple]:
    """(week, commitment, *key) → clocks, met, breached, running, at risk, rate, median business minutes."""
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for clock in clocks:
        if clock["status"] != "void":
            groups[(week_of(clock["started_at"]), clock["commitment_id"], *key(clock))].append(clock)
    found = {}
    for group, members in groups.items():
        status = [clock["status"] for clock in members]
        met, breached = status.count("met"), status.count("breached")
        took = [clock["business_minutes"] for clock in members if clock["stopped_at"] is not None]
        found[group] = (
            len(members),
            met,
            breached,
            status.count("running") + status.count("at_risk"),
            status.count("at_risk"),
            share(met, met + breached),
            median(took) if took else None,
        )
    return found


# --- leads and their cycles -----------------------------------------------------------------------------------------


def cycle_starts(transitions: Sequence[Row]) -> dict[int, dt.datetime]:
    starts: dict[int, dt.datetime] = {}
    for row in transitions:
        starts[row["cycle_number"]] = min(
            row["occurred_at"], starts.get(row["cycle_number"], row["occurred_at"])
        )
    return starts


def rejections(transitions: Sequence[Row]) -> list[tuple[int, Row]]:
    """(the cycle that it ended, the transition) of every rejection."""
    return [
        (row["cycle_number"] - (row["to_stage"] == "raw"), row)
        for row in transitions
        if row["trigger"] == "crm_fact:rejected"
    ]


def handoff(
    transitions: Sequence[Row], owners: Sequence[tuple[str, dt.datetime, dt.datetime | None]], cycle: int
) -> tuple[dt.datetime, str, Row] | None:
    """When and to whom a cycle's lead was handed off, and the transition that made it ready."""
    starts = cycle_starts(transitions)
    end = starts.get(cycle + 1)
    for ready in transitions:
        if ready["to_stage"] == "mql" and ready["cycle_number"] == cycle:
            for owner, begin, until in owners:
                person = not owner.startswith("salesforce:group:")
                still = until is None or until > ready["occurred_at"]
                if person and still and (end is None or begin < end):
                    return max(begin, ready["occurred_at"]), owner, ready
    return None


def decisions(transitions: Sequence[Row]) -> list[tuple[dt.datetime, bool]]:
    """(when, accepted) of every MQL that was put before sales and decided in its cycle."""
    found = []
    for mql in transitions:
        if mql["to_stage"] != "mql" or mql["is_inferred"]:
            continue
        answers = [
            (row["occurred_at"], 0)
            for row in transitions
            if row["to_stage"] == "sal" and row["cycle_number"] == mql["cycle_number"]
        ]
        answers += [(row["occurred_at"], 1) for c, row in rejections(transitions) if c == mql["cycle_number"]]
        answers = sorted(a for a in answers if a[0] >= mql["occurred_at"])
        if answers:
            found.append((answers[0][0], answers[0][1] == 0))
    return found


def closings(transitions: Sequence[Row], touches: Sequence[dt.datetime]) -> list[Row]:
    """Every rejection and every loss: was the lead worked, how often touched, was a reason given."""
    ends = {id(row): (cycle, row) for cycle, row in rejections(transitions)}
    for row in transitions:
        if row["to_stage"] == "lost":
            ends.setdefault(id(row), (row["cycle_number"], row))
    starts, found = cycle_starts(transitions), []
    for cycle, row in ends.values():
        # What happened after the recycling, or after the loss before a lead came back; the first cycle has no bound.
        opened = next(t for t in transitions if t["cycle_number"] == cycle)
        losses = [
            t["occurred_at"] for t in transitions if t["cycle_number"] < cycle and t["to_stage"] == "lost"
        ]
        after = starts[cycle] if opened["to_stage"] == "raw" or not losses else max(losses)
        touched = sum((cycle == 1 or after < at) and at <= row["occurred_at"] for at in touches)
        accepted = any(t["to_stage"] == "sal" and t["cycle_number"] == cycle for t in transitions)
        found.append(
            {
                "closed_at": row["occurred_at"],
                "is_lost": row["to_stage"] == "lost",
                "is_worked": accepted or touched > 0,
                "touches": touched,
                "has_reason": row["reason_code"] not in (None, "unspecified"),
            }
        )
    return found


# --- hand-off packets -----------------------------------------------------------------------------------------------


def packet(
    lead: Row,
    account: Row,
    engagements: Sequence[Row],
    scores: Sequence[tuple[dt.datetime, float]],
    handed_off_at: dt.datetime,
    ready: Row,
    angles: Mapping[str, tuple[int, str]],
) -> Row:
    """What the rep gets, as it stood at the hand-off."""
    acts = [
        e
        for e in engagements
        if not e["is_bot"] and e["direction"] == "inbound" and e["occurred_at"] <= handed_off_at
    ]
    acts.sort(key=lambda e: (-e["occurred_at"].timestamp(), e["engagement_id"]))
    strongest = min(
        acts,
        key=lambda e: (angles[e["engagement_type"]][0], -e["occurred_at"].timestamp(), e["engagement_id"]),
        default=None,
    )

    def line(act: Row) -> str:
        asset = f": {act['asset']}" if act["asset"] else ""
        return f"{act['occurred_at']:%Y-%m-%d %H:%M} {act['engagement_type']}{asset}"

    signals = [line(act) for act in acts[:50] if act["is_intent"] or act["is_hand_raiser"]]
    held = [score for at, score in scores if at <= handed_off_at]
    angle = None
    if strongest is not None:
        angle = angles[strongest["engagement_type"]][1]
        angle += f" ({strongest['asset']})" if strongest["asset"] else ""
    found = {
        "email": lead["email"],
        "full_name": lead["full_name"],
        "company_name": account["account_name"] or lead["company_name"],
        "lead_source": lead["lead_source"] or lead["first_touch_channel"],
        "score": held[-1] if held else None,
        "history": " | ".join(map(line, acts[:12])) or None,
        "triggering_signals": " | ".join(signals) or ready["trigger"],
    }
    missing = " ".join(name for name, value in found.items() if value is None) or None
    return found | {
        "suggested_angle": angle,
        "engagement_count": len(acts),
        "missing": missing,
        "is_complete": missing is None,
    }


# --- routing --------------------------------------------------------------------------------------------------------


def route(waiting: Sequence[Row], reps: Mapping[str, Row], territories: Sequence[Row]) -> dict[tuple, tuple]:
    """(subject type, subject) → owner, territory, how, over capacity. Nobody's owner stays None."""

    def covers(territory: Row, subject: Row) -> bool:
        codes, size = territory["country_codes"], subject["employee_count"]
        return (
            (codes is None or subject["country_code"] in codes)
            and (territory["least"] is None or (size is not None and size >= territory["least"]))
            and (territory["most"] is None or (size is not None and size <= territory["most"]))
        )

    def available(user: str | None) -> bool:
        return user in reps and reps[user]["is_available"]  # type: ignore[index]

    found: dict[tuple, tuple] = {}
    queues: dict[str, list[Row]] = defaultdict(list)
    taken: dict[str, int] = defaultdict(int)
    for subject in waiting:
        fitting = sorted((t["priority"], t["territory"]) for t in territories if covers(t, subject))
        territory = fitting[0][1] if fitting else "everywhere"
        if available(subject["account_owner_id"]):
            taken[subject["account_owner_id"]] += 1
            found[subject["key"]] = (subject["account_owner_id"], territory, "account_owner", False)
        else:
            queues[territory].append(subject)
    members = {t["territory"]: t["owners"] for t in territories}
    members["everywhere"] = [user for user, rep in reps.items() if rep["is_declared"]]
    for territory, subjects in queues.items():
        dealt: list[tuple[str, int]] = []
        rooms = {}
        for user in members[territory]:
            if available(user):
                capacity = reps[user]["capacity"]
                room = 1 if capacity is None else max(0, capacity - reps[user]["handed_off"])
                rooms[user] = room if capacity is None else max(0, room - taken[user])
        best_first = sorted(
            rooms,
            key=lambda user: (
                -(reps[user]["win_rate"] if reps[user]["win_rate"] is not None else -1.0),
                reps[user]["speed"] if reps[user]["speed"] is not None else float("inf"),
                user,
            ),
        )
        for number in range(1, max(rooms.values(), default=0) + 1):
            dealt += [(user, rooms[user]) for user in best_first if rooms[user] >= number]
        dealt += [(user, 0) for user in best_first if rooms[user] == 0]
        subjects.sort(
            key=lambda s: (
                not s["is_hand_raiser"],
                s["respond_by"] or dt.datetime.max,
                -s["score"],
                s["key"][1],
            )
        )
        for place, subject in enumerate(subjects):
            if not dealt:
                found[subject["key"]] = (None, territory, "nobody", False)
                continue
            user, room = dealt[place % len(dealt)]
            over = room == 0 or place >= len(dealt)
            how = "capacity" if territory == "everywhere" else "territory"
            found[subject["key"]] = (user, territory, how, over)
    return found
