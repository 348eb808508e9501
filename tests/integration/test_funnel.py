"""The funnel's two measures equal a plain count, over random lead histories (semantics 10)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
UTC = ZoneInfo("UTC")
AS_OF = datetime(2026, 7, 1)
STAGES = ["raw", "mql", "sal", "sqo", "opportunity", "customer"]


def _month(instant: datetime) -> datetime:
    local = instant.replace(tzinfo=UTC).astimezone(NEW_YORK)
    return datetime(local.year, local.month, 1)


def _ends(month: datetime) -> datetime:
    following = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=NEW_YORK)
    return following.astimezone(UTC).replace(tzinfo=None)


def _history(rng: random.Random, lead: str) -> list[dict]:
    at = datetime(2026, 1, 1) + timedelta(hours=rng.randrange(24 * 120))
    cycle, stage, rows = 1, None, []

    def move(to: str) -> None:
        nonlocal stage
        rows.append(
            {
                "transition_id": f"{lead}-{len(rows) + 1}",
                "lead_id": lead,
                "cycle_number": cycle,
                "from_stage": stage,
                "to_stage": to,
                "occurred_at": at,
                "transition_number": len(rows) + 1,
            }
        )
        stage = to

    move("raw")
    for _ in range(rng.randint(0, 7)):
        # Some steps fall on one instant: an inferred stage does.
        at += timedelta(hours=rng.choice([0, 1, 24, 24 * 20]))
        if stage == "customer":
            break
        if stage in ("mql", "sal", "sqo") and rng.random() < 0.2:
            cycle += 1
            move("raw")
        elif stage == "opportunity" and rng.random() < 0.4:
            move("lost")
        elif stage == "lost":
            cycle += 1
            move("mql")
        else:
            move(STAGES[STAGES.index(stage) + 1])
    return rows


def test_cohort_and_snapshot_equal_a_plain_count(warehouse) -> None:
    rng = random.Random(11)
    histories = {f"lead{i}": _history(rng, f"lead{i}") for i in range(250)}
    # Somebody came months before everybody else: in the months between nobody moved, and one stood.
    early = {"transition_id": "early-1", "lead_id": "early", "cycle_number": 1, "from_stage": None, "to_stage": "raw",
             "occurred_at": datetime(2025, 9, 10), "transition_number": 1}  # fmt: skip
    histories = {"early": [early]} | {
        lead: [row for row in rows if row["occurred_at"] <= AS_OF] for lead, rows in histories.items()
    }
    source = {lead: rng.choice(["Webinar", "Partner", None]) for lead in histories}
    warehouse.put("core.fct_lifecycle_transitions", [row for rows in histories.values() for row in rows])
    # The last ten leads were deleted: they have left dim_leads, what they did stays counted.
    known = list(histories)[:-10]
    warehouse.put("core.dim_leads", [{"lead_id": lead, "lead_source": source[lead]} for lead in known])
    warehouse.run("int_sla__months", "rpt_funnel")

    cohort: Counter = Counter()
    reached: Counter = Counter()
    snapshot: Counter = Counter()
    months = [datetime(2025, m, 1) for m in (9, 10, 11, 12)] + [datetime(2026, m, 1) for m in range(1, 7)]
    for lead, rows in histories.items():
        value = (source[lead] or "unknown") if lead in known else "unknown"
        entered = {(row["cycle_number"], row["to_stage"]): row["occurred_at"] for row in rows}
        for (cycle, stage), at in entered.items():
            if stage == "lost":
                continue
            following = STAGES[STAGES.index(stage) + 1] if stage != "customer" else None
            for dimension in (("all", "all"), ("lead_source", value)):
                cohort[(_month(at), *dimension, stage)] += 1
                reached[(_month(at), *dimension, stage)] += (cycle, following) in entered
        for month in months:
            standing = [row["to_stage"] for row in rows if row["occurred_at"] < _ends(month)]
            if standing:
                for dimension in (("all", "all"), ("lead_source", value)):
                    snapshot[(month, *dimension, standing[-1])] += 1

    got = {"cohort": {}, "snapshot": {}}
    got_reached = {}
    for row in warehouse.rows("select * from alignment.rpt_funnel where dimension in ('all', 'lead_source')"):
        start = datetime.combine(row["period_start"], datetime.min.time())
        key = (start, row["dimension"], row["dimension_value"], row["stage"])
        got[row["measure"]][key] = row["lead_count"]
        if row["measure"] == "cohort":
            got_reached[key] = row["reached_next_count"]
            is_last = row["stage"] == "customer"
            assert row["conversion_rate"] == (
                None if is_last else row["reached_next_count"] / row["lead_count"]
            )
    assert got["cohort"] == dict(cohort)
    assert got_reached == dict(reached)
    assert got["snapshot"] == dict(snapshot)
