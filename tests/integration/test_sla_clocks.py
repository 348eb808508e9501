"""Every clock against a plain reading of the rules: many random companies in one database, one run, row for row.

The reference walks opening hours with `zoneinfo`, day by day, and shares no code with the models.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import holidays
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.reference import promises

AS_OF = dt.datetime(2026, 7, 1)
FIRST = dt.datetime(2026, 2, 1)
LATE_VERSION = dt.datetime(2026, 4, 15, 4)
REP = "salesforce:user:005000000000001"
BERLIN = "salesforce:user:005000000000002"
TOKYO = "salesforce:user:005000000000003"
MOVER = "salesforce:user:005000000000004"
STRANGER = "salesforce:user:005000000000099"
QUEUE = "salesforce:group:00G000000000001"
OWNERS = [REP, BERLIN, TOKYO, MOVER, STRANGER, QUEUE]
MOVED_AT = dt.datetime(2026, 5, 4, 4)

# version, commitment, owed_by, subject, starts, stops, limit, unit, clock, warn, void
ANY = "merged|deleted|duplicate"
POLICIES = [
    (1, "mql_decision", "sales", "lead", "mql", "decision", 8, "business_hours", "business", 0.75, "duplicate"),
    (2, "mql_decision", "sales", "lead", "mql", "decision", 0.5, "business_hours", "business", 0.5, "deleted"),
    (
        1, "first_touch", "sales", "lead", "handed_off", "first_human_touch",
        1, "business_hours", "business", 0.75, ANY,
    ),
    (1, "first_outreach", "sales", "lead", "sal", "first_human_touch", 24, "hours", "elapsed", 0.75, ANY),
    (1, "sal_outcome", "sales", "lead", "sal", "outcome", 4, "business_days", "business", 0.75, ANY),
    (
        1, "hand_raiser_response", "sales", "lead", "hand_raise", "first_human_touch",
        1, "business_hours", "business", 0.75, "",
    ),
    (2, "hand_raiser_response", "sales", "lead", "hand_raise", "first_human_touch", 0, "hours", "elapsed", 0.75, ""),
    (
        1, "mqa_response", "sales", "account", "mqa", "first_human_touch",
        1, "business_days", "same_business_day", 0.75, "deleted",
    ),
    (1, "handoff", "marketing", "lead", "mql", "handed_off", 2, "hours", "elapsed", 0.75, ANY),
]  # fmt: skip


# --- business time, day by day ------------------------------------------------------------------------------------

NINE = [((9, 0), (17, 0))]
GERMAN = [((9, 0), (12, 30)), ((13, 30), (18, 0))]
CALENDARS: dict[str, tuple[str, list[Any], str | None, str | None, int]] = {
    "us_east": ("America/New_York", NINE, "US", None, 480),
    "germany": ("Europe/Berlin", GERMAN, "DE", "BE", 480),
    "us_west": ("America/Los_Angeles", NINE, "US", "CA", 480),
    "default@Asia/Tokyo": ("Asia/Tokyo", NINE, "US", None, 480),
}


@cache
def openings(calendar_id: str) -> list[tuple[dt.datetime, dt.datetime, dt.date]]:
    zone, hours, country, subdivision, _ = CALENDARS[calendar_id]
    free = holidays.country_holidays(country, subdiv=subdivision, years=[2026, 2027])
    info = zoneinfo.ZoneInfo(zone)
    found = []
    day = dt.date(2026, 1, 1)
    while day < dt.date(2026, 12, 20):
        if day.weekday() < 5 and day not in free:
            for (h1, m1), (h2, m2) in hours:
                begin = dt.datetime(day.year, day.month, day.day, h1, m1, tzinfo=info)
                end = dt.datetime(day.year, day.month, day.day, h2, m2, tzinfo=info)
                found.append(
                    (
                        begin.astimezone(dt.UTC).replace(tzinfo=None),
                        end.astimezone(dt.UTC).replace(tzinfo=None),
                        day,
                    )
                )
        day += dt.timedelta(days=1)
    return found


def business(calendar_id: str, a: dt.datetime, b: dt.datetime) -> dt.timedelta:
    total = dt.timedelta()
    for opens, closes, _ in openings(calendar_id):
        total += max(dt.timedelta(), min(b, closes) - max(a, opens))
    return total


def business_due(calendar_id: str, a: dt.datetime, limit: dt.timedelta) -> dt.datetime:
    left = limit
    if not left:
        return a
    for opens, closes, _ in openings(calendar_id):
        begin = max(a, opens)
        if closes > begin:
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
    raise AssertionError("beyond the calendar")


def day_close(calendar_id: str, a: dt.datetime) -> dt.datetime:
    day = next(d for _, closes, d in openings(calendar_id) if closes > a)
    return max(closes for _, closes, d in openings(calendar_id) if d == day)


# --- histories ----------------------------------------------------------------------------------------------------


@dataclass
class Lead:
    transitions: list[dict[str, Any]] = field(default_factory=list)
    owners: list[tuple[str, dt.datetime, dt.datetime | None]] = field(default_factory=list)
    engagements: list[dict[str, Any]] = field(default_factory=list)
    is_deleted: bool = False


# Most steps are short, so that rules meet: the same instant, minutes, hours over a closing, days over a weekend.
STEPS = st.one_of(
    st.just(dt.timedelta()),
    st.integers(1, 90).map(lambda n: dt.timedelta(minutes=n)),
    st.integers(1, 30).map(lambda n: dt.timedelta(hours=n)),
    st.integers(1, 30 * 24 * 60).map(lambda n: dt.timedelta(minutes=n, microseconds=n % 7)),
)
STARTS = st.one_of(
    st.integers(0, 149 * 24 * 12).map(lambda n: FIRST + dt.timedelta(minutes=5 * n)),
    st.integers(1, 7 * 24 * 12).map(lambda n: AS_OF - dt.timedelta(minutes=5 * n)),
)


@st.composite
def leads(draw: Any) -> Lead:
    lead = Lead(is_deleted=draw(st.integers(0, 9)) == 0)
    at = created = draw(STARTS)
    cycle, stage = 1, "raw"

    def move(
        to: str, cycle: int, inferred: bool = False, trigger: str = "rule", reason: str | None = None
    ) -> None:
        lead.transitions.append(
            {
                "from_stage": stage if lead.transitions else None,
                "to_stage": to,
                "cycle_number": cycle,
                "occurred_at": at,
                "is_inferred": inferred,
                "trigger": trigger,
                "reason_code": reason,
            }
        )

    move("raw", 1)
    for _ in range(draw(st.integers(0, 7))):
        at = at + draw(STEPS)
        if at > AS_OF:
            break
        if stage in ("raw", "lost"):
            if stage == "lost":
                cycle += 1
            move("mql", cycle, inferred=draw(st.integers(0, 5)) == 0)
            stage = "mql"
        elif stage in ("mql", "sal", "sqo"):
            what = draw(st.sampled_from(["on", "on", "on", "recycle", "disqualify", "opportunity"]))
            if what == "on" and stage != "sqo":
                following = {"mql": "sal", "sal": "sqo"}[stage]
                move(following, cycle, inferred=draw(st.integers(0, 5)) == 0)
                stage = following
            elif what == "recycle":
                reason = draw(st.sampled_from(["not_ready", "unspecified", "duplicate"]))
                cycle += 1
                move("raw", cycle, trigger="crm_fact:rejected", reason=reason)
                stage = "raw"
            elif what == "disqualify":
                reason = draw(st.sampled_from(["bad_data", "duplicate"]))
                move("lost", cycle, trigger="crm_fact:rejected", reason=reason)
                stage = "lost"
            else:
                for missing in {"mql": ["sal", "sqo"], "sal": ["sqo"], "sqo": []}[stage]:
                    move(missing, cycle, inferred=True, trigger="crm_fact:opportunity_created")
                    stage = missing
                move("opportunity", cycle, trigger="crm_fact:opportunity_created")
                stage = "opportunity"
        elif stage == "opportunity":
            move("lost", cycle, trigger="crm_fact:opportunity_lost")
            stage = "lost"

    at = created
    owner_count = draw(st.integers(0, 4))
    stays = []
    for _ in range(owner_count):
        stays.append((draw(st.sampled_from(OWNERS)), at))
        at = at + draw(STEPS) + dt.timedelta(minutes=1)
    stays = [(owner, begin) for owner, begin in stays if begin <= AS_OF]
    for number, (owner, begin) in enumerate(stays):
        end = stays[number + 1][1] if number + 1 < len(stays) else None
        lead.owners.append((owner, begin, end))

    at = created - dt.timedelta(minutes=draw(st.sampled_from([0, 1, 3])))
    moments = [t["occurred_at"] for t in lead.transitions]
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(
            st.sampled_from(["sales_call", "sales_call", "sequence_step", "demo_requested", "email_opened"])
        )
        when = draw(st.one_of(st.sampled_from(moments), st.just(at)))
        at = max(at, when) + draw(STEPS)
        if draw(st.booleans()):
            when = at
        lead.engagements.append(
            {
                "engagement_type": kind,
                "occurred_at": when,
                "direction": "sales" if kind in ("sales_call", "sequence_step") else "inbound",
                "is_human": kind == "sales_call",
                "is_hand_raiser": kind == "demo_requested",
                "is_bot": draw(st.integers(0, 9)) == 0,
                "is_touch": True,
                "is_intent": False,
            }
        )
    lead.engagements = [e for e in lead.engagements if e["occurred_at"] <= AS_OF]
    return lead


# --- the rules, read plainly --------------------------------------------------------------------------------------


def owner_at(lead: Lead, at: dt.datetime) -> str | None:
    for owner, begin, end in lead.owners:
        if begin <= at and (end is None or at < end):
            return owner
    later = [owner for owner, begin, _ in lead.owners if begin > at]
    return later[0] if later else None


def calendar_of(owner: str | None, at: dt.datetime) -> str:
    if owner == BERLIN:
        return "germany"
    if owner == TOKYO:
        return "default@Asia/Tokyo"
    if owner == MOVER:
        return "us_west" if at >= MOVED_AT else "germany"
    return "us_east"


def policy_at(commitment: str, at: dt.datetime) -> tuple | None:
    rows = {p[0]: p for p in POLICIES if p[1] == commitment}
    if at >= LATE_VERSION and 2 in rows:
        return rows[2]
    return rows.get(1)


def limit_of(policy: tuple, calendar_id: str) -> dt.timedelta:
    _, _, _, _, _, _, value, unit, clock, _, _ = policy
    minutes = {
        "hours": 60,
        "business_hours": 60,
        "business_days": 1440 if clock == "elapsed" else CALENDARS[calendar_id][4],
    }[unit]
    return dt.timedelta(minutes=value * minutes)


def clock_row(
    policy: tuple,
    subject: str,
    cycle: int,
    start: dt.datetime,
    stop: dt.datetime | None,
    owner: str | None,
    stays: list[tuple[str, dt.datetime, dt.datetime | None]],
    void: bool,
) -> tuple:
    version, commitment, owed_by, _, _, _, _, _, clock, warn, _ = policy
    calendar_id = calendar_of(owner, start)
    if clock == "same_business_day":
        due = day_close(calendar_id, start)
        limit = business(calendar_id, start, due)
    else:
        limit = limit_of(policy, calendar_id)
        due = start + limit if clock == "elapsed" else business_due(calendar_id, start, limit)
    until = stop or AS_OF
    elapsed, worked = until - start, business(calendar_id, start, until)
    rep = rep_worked = dt.timedelta()
    for who, begin, end in stays:
        a, b = max(begin, start), min(end or until, until)
        if who != QUEUE and b > a:
            rep += b - a
            rep_worked += business(calendar_id, a, b)
    if void:
        status = "void"
    elif stop is not None:
        status = "met" if stop <= due else "breached"
    elif due < AS_OF:
        status = "breached"
    else:
        status = "at_risk" if (elapsed if clock == "elapsed" else worked) >= warn * limit else "running"
    us = dt.timedelta(microseconds=1)
    return (
        commitment, subject, cycle, owed_by, version, owner, calendar_id, start, due, stop, status,
        *(round(span / us) for span in (elapsed, worked, elapsed - rep, rep, worked - rep_worked, rep_worked)),
    )  # fmt: skip


def expected_clocks(lead_id: str, lead: Lead) -> list[tuple]:
    rows = []
    cycles = sorted({t["cycle_number"] for t in lead.transitions})
    begins = {c: min(t["occurred_at"] for t in lead.transitions if t["cycle_number"] == c) for c in cycles}
    touches = [e["occurred_at"] for e in lead.engagements if e["is_human"] and not e["is_bot"]]
    rejections = [
        (t["cycle_number"] - 1 if t["to_stage"] == "raw" else t["cycle_number"], t)
        for t in lead.transitions
        if t["trigger"] == "crm_fact:rejected"
    ]
    duplicates = {c for c, t in rejections if t["reason_code"] == "duplicate"}

    def entered(stage: str, cycle: int) -> list[dict[str, Any]]:
        return [t for t in lead.transitions if t["to_stage"] == stage and t["cycle_number"] == cycle]

    def add(commitment: str, cycle: int, start: dt.datetime, stops: list[dt.datetime]) -> None:
        policy = policy_at(commitment, start)
        assert policy is not None
        stop = min((s for s in stops if s >= start), default=None)
        causes = policy[10].split("|")
        void = (lead.is_deleted and "deleted" in causes) or (cycle in duplicates and "duplicate" in causes)
        rows.append(clock_row(policy, lead_id, cycle, start, stop, owner_at(lead, start), lead.owners, void))

    for cycle in cycles:
        end = begins.get(cycle + 1)
        rejected = [t["occurred_at"] for c, t in rejections if c == cycle]
        mql, sal = entered("mql", cycle), entered("sal", cycle)
        handed: list[dt.datetime] = []
        if mql:
            ready = mql[0]["occurred_at"]
            for owner, begin, until in lead.owners:
                first = max(begin, ready)
                if owner != QUEUE and (until is None or until > ready) and (end is None or begin < end):
                    handed.append(first)
            handed = sorted(handed)[:1]
        if mql and not mql[0]["is_inferred"]:
            start = mql[0]["occurred_at"]
            add("mql_decision", cycle, start, [t["occurred_at"] for t in sal] + rejected)
            add("handoff", cycle, start, handed)
            if handed:
                add("first_touch", cycle, handed[0], touches)
        if sal and not sal[0]["is_inferred"]:
            start = sal[0]["occurred_at"]
            outcomes = [t["occurred_at"] for s in ("sqo", "lost") for t in entered(s, cycle)]
            add("sal_outcome", cycle, start, outcomes + rejected)
            add("first_outreach", cycle, start, touches)

    raised: dict[int, dt.datetime] = {}
    for engagement in lead.engagements:
        if engagement["is_hand_raiser"] and not engagement["is_bot"]:
            at = engagement["occurred_at"]
            cycle = 1
            for c in cycles:
                recycled = c > 1 and any(
                    t["to_stage"] == "raw" and t["occurred_at"] == begins[c] for t in entered("raw", c)
                )
                if begins[c] < at or (begins[c] == at and not recycled):
                    cycle = max(cycle, c)
            raised[cycle] = min(at, raised.get(cycle, at))
    for cycle, at in raised.items():
        add("hand_raiser_response", cycle, at, touches)
    return rows


# --- one database, one run ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def companies() -> list[Lead]:
    found: list[Lead] = []

    @settings(
        max_examples=700,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(leads())
    def collect(lead: Lead) -> None:
        found.append(lead)

    collect()
    return found


@pytest.fixture(scope="module")
def built(template: Any, tmp_path_factory: pytest.TempPathFactory, companies: list[Lead]) -> Any:
    from tests.harness import Warehouse

    warehouse = Warehouse.from_template(template, tmp_path_factory.mktemp("sla"), as_of="2026-07-01T00:00:00")
    with_ids = [(f"lead{n:05}", lead) for n, lead in enumerate(companies)]
    warehouse.put(
        "core.fct_lifecycle_transitions",
        [
            t | {"lead_id": lead_id, "transition_id": f"{lead_id}:{n}", "known_at": t["occurred_at"]}
            for lead_id, lead in with_ids
            for n, t in enumerate(lead.transitions)
        ],
    )
    warehouse.put(
        "core.fct_engagements",
        [
            e | {"lead_id": lead_id, "account_id": account_of(n), "engagement_id": f"{lead_id}:{m}"}
            for n, (lead_id, lead) in enumerate(with_ids)
            for m, e in enumerate(lead.engagements)
        ],
    )
    warehouse.put(
        "intermediate.int_lifecycle__owner_spans",
        [
            {
                "lead_id": lead_id,
                "owner_id": owner,
                "is_queue": owner == QUEUE,
                "valid_from": begin,
                "valid_to": end,
            }
            for lead_id, lead in with_ids
            for owner, begin, end in lead.owners
        ],
    )
    warehouse.put(
        "intermediate.int_people__leads",
        [{"lead_id": lead_id, "is_deleted": lead.is_deleted} for lead_id, lead in with_ids],
    )
    warehouse.put(
        "core.bridge_lead_accounts",
        [{"lead_id": lead_id, "account_id": account_of(n)} for n, (lead_id, _) in enumerate(with_ids)],
    )
    accounts = sorted({account_of(n) for n in range(len(with_ids))})
    warehouse.put(
        "intermediate.int_accounts__accounts",
        [
            # Today's owner, whom no clock of the past may be put upon.
            {"account_id": a, "is_deleted": n % 10 == 9, "owner_id": STRANGER}
            for n, a in enumerate(accounts)
        ],
    )
    warehouse.put(
        "intermediate.int_accounts__owner_spans",
        [
            {
                "account_id": account,
                "owner_id": owner,
                "is_queue": owner == QUEUE,
                "valid_from": begin,
                "valid_to": end,
            }
            for n, account in enumerate(accounts)
            for owner, begin, end in account_owners(n)
        ],
    )
    warehouse.put(
        "core.fct_account_stage_transitions",
        [
            {
                "account_id": account,
                "cycle_number": cycle,
                "to_stage": stage,
                "from_stage": "engaged",
                "occurred_at": at,
                "is_inferred": inferred,
            }
            for account, cycle, stage, at, inferred in account_histories(accounts)
        ],
    )
    warehouse.put(
        "intermediate.int_definitions__in_force",
        [
            {"version": 1, "valid_from": dt.datetime(2015, 1, 1, 5), "valid_to": LATE_VERSION},
            {"version": 2, "valid_from": LATE_VERSION, "valid_to": None},
        ],
    )
    names = "version commitment_id owed_by subject_type starts_on stops_on limit_value limit_unit clock warn_share"
    warehouse.put(
        "definitions.sla_policies",
        [dict(zip([*names.split(), "void_on"], policy, strict=True)) for policy in POLICIES],
    )
    users = [
        (REP, None),
        (BERLIN, "Asia/Tokyo"),
        (TOKYO, "Asia/Tokyo"),
        (MOVER, "America/Los_Angeles"),
    ]
    warehouse.put(
        "intermediate.int_users__unified",
        [
            {
                "user_id": user,
                "source_id": user.rsplit(":", 1)[1],
                "zone_calendar_id": f"default@{zone}" if zone == "Asia/Tokyo" else "us_east",
                "is_queue": False,
                "is_deleted": False,
            }
            for user, zone in users
        ],
    )
    # By 18 characters, by record key and with a move: two overlapping stays, the later one wins.
    warehouse.put(
        "definitions.rep_calendars",
        [
            {"user_ref": BERLIN.rsplit(":", 1)[1] + "AAB", "calendar_id": "germany"},
            {"user_ref": MOVER, "calendar_id": "germany", "valid_from": dt.date(2020, 1, 1)},
            {"user_ref": MOVER, "calendar_id": "us_west", "valid_from": dt.date(2026, 5, 4)},
        ],
    )
    from orchestration.reference import calendars

    with_tokyo = calendars.read_calendars(calendars.Path("seeds/definitions"), ["Asia/Tokyo"])
    tables = calendars.calendar_tables(
        [calendars.Calendar(**{**c.__dict__, "closings": frozenset()}) for c in with_tokyo],
        dt.date(2025, 1, 1),
        dt.date(2027, 12, 1),
    )
    import duckdb

    with duckdb.connect(str(warehouse.database)) as connection:
        for name, table in tables.items():
            connection.register("rows", table)
            connection.execute(f"create or replace table reference.{name} as select * from rows")
    warehouse.run(
        "int_users__references",
        "int_users__calendar_spans",
        "path:models/intermediate/sla",
        "fct_sla_clocks",
        "fct_sla_breaches",
        "rpt_sla_compliance",
    )
    return warehouse


def account_of(number: int) -> str:
    return f"account{number // 4:04}"


def account_owners(number: int) -> list[tuple[str, dt.datetime, dt.datetime | None]]:
    """Every third account changes hands; of the rest some have an owner late or never."""
    first, second = OWNERS[number % 6], OWNERS[(number + 1) % 6]
    changed = FIRST + dt.timedelta(days=20 + number % 90, hours=number % 24)
    if number % 3 == 0:
        return [(first, FIRST, changed), (second, changed, None)]
    if number % 7 == 6:
        return [(first, changed, None)] if number % 2 else []
    return [(first, FIRST, None)]


def account_histories(accounts: list[str]) -> list[tuple[str, int, str, dt.datetime, bool]]:
    """Two cycles of MQA, at instants spread over the week and the day; one in nine inferred."""
    found = []
    for n, account in enumerate(accounts):
        for cycle in (1, 2):
            at = FIRST + dt.timedelta(hours=(n * 37 + cycle * 613) % 3500, minutes=n % 60)
            found.append((account, cycle, "mqa", at, (n + cycle) % 9 == 0))
    return found


def expected_account_clocks(companies: list[Lead]) -> list[tuple]:
    rows = []
    accounts = sorted({account_of(n) for n in range(len(companies))})
    for n, account in enumerate(accounts):
        stays = account_owners(n)
        touches = [
            e["occurred_at"]
            for m, lead in enumerate(companies)
            if account_of(m) == account
            for e in lead.engagements
            if e["is_human"] and not e["is_bot"]
        ]
        for found, cycle, _, at, inferred in account_histories(accounts):
            if found != account or inferred:
                continue
            policy = policy_at("mqa_response", at)
            assert policy is not None
            stop = min((t for t in touches if t >= at), default=None)
            owner = owner_at(Lead(owners=stays), at)
            rows.append(clock_row(policy, account, cycle, at, stop, owner, stays, n % 10 == 9))
    return rows


COLUMNS = [
    "commitment_id", "subject_id", "cycle_number", "owed_by", "policy_version", "owner_id", "calendar_id",
    "started_at", "due_at", "stopped_at", "status",
]  # fmt: skip
MINUTES = [
    "elapsed_minutes", "business_minutes", "queue_minutes", "rep_minutes", "queue_business_minutes",
    "rep_business_minutes",
]  # fmt: skip


def test_all_clocks_equal_the_plain_reading(built: Any, companies: list[Lead]) -> None:
    expected = [
        row for n, lead in enumerate(companies) for row in expected_clocks(f"lead{n:05}", lead)
    ] + expected_account_clocks(companies)
    found = [
        tuple([row[c] for c in COLUMNS] + [round(row[m] * 60_000_000) for m in MINUTES])
        for row in built.rows("select * from sla.fct_sla_clocks")
    ]
    by_key = {row[:3]: row for row in expected}
    assert len(by_key) == len(expected)
    found_by_key = {row[:3]: row for row in found}
    assert len(found_by_key) == len(found)
    differences = [
        (key, by_key.get(key), found_by_key.get(key))
        for key in sorted(by_key.keys() | found_by_key.keys())
        if by_key.get(key) != found_by_key.get(key)
    ]
    assert differences == []
    # The histories reach every status of every commitment, and clocks in number.
    assert len(expected) > 1500
    reached = Counter((row[0], row[10]) for row in expected)
    for commitment in {policy[1] for policy in POLICIES}:
        assert {status for name, status in reached if name == commitment} >= {"met", "breached"}
    assert {status for _, status in reached} == {"met", "breached", "at_risk", "running", "void"}


def test_the_owner_at_due_answers_for_a_breach(built: Any, companies: list[Lead]) -> None:
    rows = built.rows("select * from sla.fct_sla_breaches where subject_type in ('lead', 'account')")
    assert {row["subject_type"] for row in rows} == {"lead", "account"}
    for row in rows:
        number = int(row["subject_id"].removeprefix(row["subject_type"]))
        stays = companies[number].owners if row["subject_type"] == "lead" else account_owners(number)
        owner = next(
            (o for o, a, b in stays if a <= row["breached_at"] and (b is None or row["breached_at"] < b)),
            None,
        )
        assert row["answerable_owner_id"] == owner


def test_clock_keys_are_stable(built: Any) -> None:
    """People save links to clocks: the key follows from commitment, subject and cycle, and from nothing else."""
    for row in built.rows("select * from sla.fct_sla_clocks"):
        parts = [str(row[c]) for c in ("commitment_id", "subject_type", "subject_id", "cycle_number")]
        assert row["clock_id"] == hashlib.md5("|".join(parts).encode()).hexdigest()


# --- what becomes of the clocks -----------------------------------------------------------------------------------

ON_BREACH = {
    "mql_decision": "recycle_to_nurture",
    "first_touch": "alert_manager",
    "first_outreach": "alert_manager_and_flag",
    "sal_outcome": "return_to_nurture_with_context",
    "hand_raiser_response": "alert_manager",
    "mqa_response": "alert_manager",
    "handoff": "alert_marketing_operations",
}
# version, commitment, owed by, measure, segment, threshold
THRESHOLDS = [
    (1, "mql_volume", "marketing", "mql_count", "all", 60.0),
    (2, "mql_volume", "marketing", "mql_count", "all", 30.0),
    (1, "mql_volume", "marketing", "mql_count", "country_code:de", 5.0),
    (1, "mqa_volume", "marketing", "mqa_count", None, 4.0),
    (1, "acceptance", "marketing", "acceptance_rate", "all", 0.6),
    (2, "acceptance", "marketing", "acceptance_rate", "lead_source:web", 0.5),
    (1, "context", "marketing", "complete_context_rate", "all", 0.2),
    (1, "touches", "sales", "human_touches", "all", 2.0),
    (1, "reason", "sales", "share_with_reason", "industry:retail", 0.7),
]
TERRITORIES: list[dict[str, Any]] = [
    {"territory": "dach", "country_codes": ["DE", "AT"], "least": None, "most": None, "owners": [BERLIN, REP],
     "priority": 1},
    {"territory": "big", "country_codes": None, "least": 1000, "most": None, "owners": [TOKYO, BERLIN], "priority": 2},
    {"territory": "small japan", "country_codes": ["JP"], "least": None, "most": 250, "owners": [MOVER], "priority": 3},
]  # fmt: skip
CAPACITY: dict[str, tuple[int | None, bool]] = {
    REP: (3, True),
    BERLIN: (2, True),
    TOKYO: (None, True),
    MOVER: (9, False),
}
TEAMS = {REP: "East", BERLIN: "Europe", TOKYO: "Asia", MOVER: "Europe"}
# won, closed
DEALS = {REP: (3, 4), BERLIN: (1, 4), TOKYO: (3, 4)}
# Long enough for news of every kind.
STALE, QUIET = dt.timedelta(days=20), dt.timedelta(days=4)
SOURCES = ["Web", "Trade Show", None, "web"]


def person(number: int, lead: Lead) -> dict[str, Any]:
    last = lead.transitions[-1]
    return {
        "lead_id": f"lead{number:05}",
        "account_id": account_of(number),
        "email": None if number % 11 == 0 else f"person{number}@example.com",
        "full_name": None if number % 13 == 0 else f"Person {number}",
        "company_name": None if number % 3 == 0 else f"Company {number}",
        "lead_source": SOURCES[number % 4],
        "first_touch_channel": None if number % 5 == 0 else "website",
        "country_code": "DE" if number % 9 == 0 else None,
        "lifecycle_stage": last["to_stage"],
        "cycle_number": last["cycle_number"],
        "lead_score": float(number * 7 % 23),
        "is_deleted": lead.is_deleted,
    }


def company(number: int) -> dict[str, Any]:
    return {
        "account_id": f"account{number:04}",
        "account_name": None if number % 4 == 0 else f"Account {number}",
        "country_code": ["DE", "JP", "US", None][number % 4],
        "employee_count": [50, 200, 2000, None, 1000][number % 5],
        "industry": ["Retail", "software", None][number % 3],
        "target_tier": [1, None][number % 2],
        "owner_id": [REP, None, STRANGER, QUEUE, MOVER][number % 5],
        "account_stage": "mqa" if number % 3 == 0 else "engaged",
        "account_score": float(number % 17),
    }


def scores_of(number: int, lead: Lead) -> list[tuple[dt.datetime, float]]:
    """Every seventh lead has its first score only a day after its creation."""
    created = lead.transitions[0]["occurred_at"]
    first = created + dt.timedelta(days=1) if number % 7 == 0 else created
    return [(first, 5.0), (first + dt.timedelta(days=3), 5.0 + number % 50)]


def acts_of(number: int, lead: Lead) -> list[dict[str, Any]]:
    return [
        e | {"engagement_id": f"lead{number:05}:{m}", "asset": f"/page{m}" if m % 2 else None}
        for m, e in enumerate(lead.engagements)
    ]


@pytest.fixture(scope="module")
def acted(built: Any, tmp_path_factory: pytest.TempPathFactory, companies: list[Lead]) -> Any:
    """The warehouse of the clocks, with everything else that the acting tables read."""
    from tests.harness import Warehouse

    warehouse = Warehouse.from_template(built, tmp_path_factory.mktemp("acted"))
    people = [person(n, lead) for n, lead in enumerate(companies)]
    accounts = [company(n) for n in range(len({account_of(n) for n in range(len(companies))}))]
    known = {"email", "full_name", "company_name", "lead_source", "lead_id", "is_deleted", "country_code"}
    warehouse.put("intermediate.int_people__leads", [{k: p[k] for k in known} for p in people])
    warehouse.put("core.dim_accounts", accounts)
    in_dim = known - {"is_deleted", "company_name"} | {
        "account_id", "first_touch_channel", "lifecycle_stage", "cycle_number", "lead_score"
    }  # fmt: skip
    warehouse.put("core.dim_leads", [{k: p[k] for k in in_dim} for p in people if not p["is_deleted"]])
    warehouse.put(
        "core.fct_lead_scores",
        [
            {"lead_id": f"lead{n:05}", "valid_from": at, "valid_to": end, "score": score}
            for n, lead in enumerate(companies)
            for (at, score), end in zip(scores_of(n, lead), [scores_of(n, lead)[1][0], None], strict=True)
        ],
    )
    warehouse.put(
        "core.fct_engagements",
        [
            e | {"lead_id": f"lead{n:05}", "account_id": account_of(n), "loaded_at": AS_OF}
            for n, lead in enumerate(companies)
            for e in acts_of(n, lead)
        ],
    )
    warehouse.put(
        "intermediate.int_users__unified",
        [
            {
                "user_id": user,
                "source_id": user.rsplit(":", 1)[1],
                "full_name": f"Rep {user[-1]}",
                "team": TEAMS[user],
                "is_active": True,
                "zone_calendar_id": "default@Asia/Tokyo" if user in (BERLIN, TOKYO) else "us_east",
                "is_queue": False,
                "is_deleted": False,
            }
            for user in TEAMS
        ],
    )
    names = "version commitment_id owed_by subject_type starts_on stops_on limit_value limit_unit clock warn_share"
    warehouse.put(
        "definitions.sla_policies",
        [
            dict(zip([*names.split(), "void_on"], policy, strict=True))
            | {"on_breach": ON_BREACH[policy[1]], "label": policy[1]}
            for policy in POLICIES
        ],
    )
    columns = ["version", "commitment_id", "owed_by", "measure", "segment", "threshold"]
    warehouse.put("definitions.sla_thresholds", [dict(zip(columns, row, strict=True)) for row in THRESHOLDS])
    warehouse.put(
        "definitions.territories",
        [
            {
                "territory": t["territory"],
                "country_codes": "|".join(t["country_codes"]) if t["country_codes"] else None,
                "min_employee_count": t["least"],
                "max_employee_count": t["most"],
                "owner_refs": "|".join(t["owners"]),
                "priority": t["priority"],
            }
            for t in TERRITORIES
        ],
    )
    warehouse.put(
        "definitions.rep_capacity",
        [
            {"user_ref": user, "weekly_capacity": capacity, "is_available": free}
            for user, (capacity, free) in CAPACITY.items()
        ],
    )
    warehouse.put(
        "intermediate.int_opportunities__unified",
        [
            {
                "opportunity_id": f"{user}:{n}",
                "owner_id": user,
                "is_open": False,
                "is_won": n < won,
                "closed_at": FIRST,
                "created_at": FIRST,
            }
            for user, (won, closed) in DEALS.items()
            for n in range(closed)
        ],
    )
    settings_now = {"data_stale_hours": STALE // dt.timedelta(hours=1), "account_quiet_days": QUIET.days}
    for setting, value in settings_now.items():
        warehouse.execute(f"update definitions.settings set value = '{value}' where setting = '{setting}'")
    warehouse.put("core.bridge_lead_records", [r for n in range(len(companies)) for r in records_of(n)])
    warehouse.put(
        "core.bridge_account_records",
        [
            {
                "record_key": record,
                "account_id": f"account{n:04}",
                "source_system": record.split(":")[0],
                "source_object": record.split(":")[1],
                "source_id": record.split(":")[2],
                "is_deleted": deleted,
                "is_excluded": False,
            }
            for n in range(len(accounts))
            for record, deleted in account_records_of(n)
        ],
    )
    warehouse.run(
        "int_users__references",
        "path:models/intermediate/sla",
        "path:models/marts/sla",
        "path:models/marts/activation",
    )
    return warehouse


def records_of(number: int) -> list[dict[str, Any]]:
    """The CRM's records of a lead: some only in HubSpot or Marketo, some converted, some deleted."""
    keys = [f"hubspot:contact:{number}", f"marketo:lead:{number}"]
    if number % 3:
        keys.append(f"salesforce:lead:00Q{number}")
    if number % 4 == 1:
        keys.append(f"salesforce:contact:003{number}")
    if number % 10 == 0:
        keys.remove(f"hubspot:contact:{number}")
    return [
        {
            "record_key": key,
            "lead_id": f"lead{number:05}",
            "source_system": key.split(":")[0],
            "source_object": key.split(":")[1],
            "source_id": key.split(":")[2],
            "is_deleted": key.startswith("salesforce:contact") and number % 5 == 0,
            "is_excluded": False,
        }
        for key in keys
    ]


def account_records_of(number: int) -> list[tuple[str, bool]]:
    """(record, deleted): every third is in HubSpot alone, every seventh has lost its older Salesforce record."""
    found = [(f"hubspot:company:{number}", False)]
    if number % 3:
        found += [
            (f"salesforce:account:001b{number}", False),
            (f"salesforce:account:001a{number}", number % 7 == 0),
        ]
    return found


def test_compliance_counts_the_clocks_of_each_week(acted: Any, companies: list[Lead]) -> None:
    clocks = acted.rows("select * from sla.fct_sla_clocks")

    def who(clock: dict[str, Any]) -> tuple:
        # For a breach the owner at due_at, or nobody.
        owner = clock["answerable_owner_id"]
        if clock["status"] != "breached":
            owner = owner or clock["owner_id"]
        return TEAMS.get(owner), owner

    measures = [
        "clocks",
        "met",
        "breached",
        "running",
        "at_risk",
        "compliance_rate",
        "median_business_minutes",
    ]
    found = {
        (r["week_start_date"], r["commitment_id"], r["team"], r["owner_id"]): tuple(r[m] for m in measures)
        for r in acted.rows("select * from sla.rpt_sla_compliance")
    }
    assert found == promises.compliance(clocks, who)
    assert len(found) > 300
    by_source = {
        (r["week_start_date"], r["commitment_id"], r["lead_source"]): tuple(r[m] for m in measures)
        for r in acted.rows("select * from sla.rpt_sla_compliance_by_source")
    }
    of_leads = [clock for clock in clocks if clock["subject_type"] == "lead"]

    def source(clock: dict[str, Any]) -> tuple:
        return (SOURCES[int(clock["lead_id"][4:]) % 4] or "unknown",)

    assert by_source == promises.compliance(of_leads, source)


def test_hand_off_packets_hold_what_was_known_then(acted: Any, companies: list[Lead]) -> None:
    angles = {
        row["engagement_type"]: (row["priority"], row["angle"])
        for row in acted.rows("select * from definitions.conversation_angles")
    }
    expected = {}
    for n, lead in enumerate(companies):
        for cycle in promises.cycle_starts(lead.transitions):
            handed = promises.handoff(lead.transitions, lead.owners, cycle)
            if handed is not None and not handed[2]["is_inferred"]:
                at, owner, ready = handed
                known = person(n, lead)
                if lead.is_deleted:  # not in dim_leads, nor its account with it
                    known |= {"lead_source": None, "first_touch_channel": None}
                about = company(n // 4) if not lead.is_deleted else {"account_name": None}
                found = promises.packet(known, about, acts_of(n, lead), scores_of(n, lead), at, ready, angles)
                expected[(known["lead_id"], cycle)] = found | {"handed_off_at": at, "owner_id": owner}
    rows = acted.rows("select * from activation.handoff_packets")
    got = {(row["lead_id"], row["cycle_number"]): row for row in rows}
    assert len(got) == len(rows)
    assert got.keys() == expected.keys()
    for key, packet in expected.items():
        assert {name: got[key][name] for name in packet} == packet, key
    assert {packet["is_complete"] for packet in expected.values()} == {True, False}


def test_monthly_promises_count_what_happened(acted: Any, companies: list[Lead]) -> None:
    facts: list[tuple[str, str, str, dt.datetime, bool | None, int | None]] = []
    for n, lead in enumerate(companies):
        name = f"lead{n:05}"
        touches = [e["occurred_at"] for e in lead.engagements if e["is_human"] and not e["is_bot"]]
        facts += [
            ("mql_count", "lead", name, t["occurred_at"], True, None)
            for t in lead.transitions
            if t["to_stage"] == "mql" and not t["is_inferred"]
        ]
        facts += [
            ("acceptance_rate", "lead", name, at, accepted, None)
            for at, accepted in promises.decisions(lead.transitions)
        ]
        for closing in promises.closings(lead.transitions, touches):
            facts.append(
                ("share_with_reason", "lead", name, closing["closed_at"], closing["has_reason"], None)
            )
            if closing["is_lost"] and closing["is_worked"]:
                facts.append(("human_touches", "lead", name, closing["closed_at"], None, closing["touches"]))
    accounts = sorted({account_of(n) for n in range(len(companies))})
    facts += [
        ("mqa_count", "account", account, at, True, None)
        for account, _, _, at, inferred in account_histories(accounts)
        if not inferred
    ]
    # The packets and clocks have tests of their own.
    facts += [
        ("complete_context_rate", "lead", row["lead_id"], row["handed_off_at"], row["is_complete"], None)
        for row in acted.rows("select * from activation.handoff_packets")
    ]
    facts += [
        ("clock:" + row["commitment_id"], row["subject_type"], row["subject_id"], row["started_at"],
         row["status"] == "met", None)
        for row in acted.rows("select * from sla.fct_sla_clocks where status in ('met', 'breached')")
    ]  # fmt: skip

    def segments(kind: str, subject: str) -> set[str]:
        number = int(subject.removeprefix(kind))
        account = company(number // 4 if kind == "lead" else number)
        found = {"all"}
        lead = person(number, companies[number]) if kind == "lead" else None
        if lead is not None and lead["is_deleted"]:
            return found  # counted, but a deleted lead stands in no dimension
        for attribute in ("country_code", "target_tier", "industry"):
            if account[attribute] is not None:
                found.add(f"{attribute}:{account[attribute]}".lower())
        if lead is not None and lead["country_code"]:  # its own, before its account's
            found = {name for name in found if not name.startswith("country_code:")}
            found.add(f"country_code:{lead['country_code']}".lower())
        if lead is not None and lead["lead_source"]:
            found.add(f"lead_source:{lead['lead_source']}".lower())
        return found

    versions = {1: (dt.datetime(2015, 1, 1, 5)), 2: LATE_VERSION}
    stated: dict[tuple, list[tuple]] = {}
    for version, commitment, owed_by, measure, segment, threshold in THRESHOLDS:
        stated.setdefault((commitment, segment or "all"), []).append((version, owed_by, measure, threshold))
    for policy in POLICIES:
        row = (policy[0], policy[2], "clock:" + policy[1], 1.0)
        stated.setdefault((policy[1], "all"), []).append(row)
    expected = {}
    for month in range(1, 7):
        first = dt.date(2026, month, 1)
        starts, ends = local_midnight(first), local_midnight(dt.date(2026, month + 1, 1))
        over = ends <= AS_OF
        for (commitment, segment), rows in stated.items():
            # In force when the month began; else what came into force during it.
            at_start = [row for row in rows if versions[row[0]] <= starts]
            later = [row for row in rows if starts < versions[row[0]] < ends]
            if not at_start and not later:
                continue
            version, owed_by, measure, threshold = max(at_start) if at_start else min(later)
            counted = [
                (good, quantity)
                for kind, subject_type, subject, at, good, quantity in facts
                if kind == measure
                and promises.month_of(at) == first
                and segment in segments(subject_type, subject)
            ]
            good = sum(g if g is not None else (q or 0) >= threshold for g, q in counted)
            if measure.endswith("_count"):
                delivered: float | None = float(len(counted))
            else:
                delivered = promises.share(good, len(counted))
            committed = 1.0 if measure == "human_touches" else threshold
            if delivered is None:
                status = "no_data" if over else "running"
            elif delivered >= committed and (over or measure.endswith("_count")):
                status = "met"
            else:
                status = "breached" if over else "running"
            expected[(owed_by, commitment, first, segment)] = (
                version, committed, delivered, len(counted), good, status
            )  # fmt: skip
    first_month = promises.month_of(min(lead.transitions[0]["occurred_at"] for lead in companies))
    expected = {key: row for key, row in expected.items() if key[2] >= first_month}
    found = {
        (team, r["commitment_id"], r["month_start_date"], r["segment"]): (
            r["policy_version"], r["committed"], r["delivered"], r["subjects"], r["good_subjects"], r["status"]
        )
        for team in ("marketing", "sales")
        for r in acted.rows(f"select * from sla.fct_{team}_commitments")
    }  # fmt: skip
    differences = {
        key: (expected.get(key), found.get(key))
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    }
    assert differences == {}
    assert {row[5] for row in expected.values()} >= {"met", "breached", "running"}


def local_midnight(day: dt.date) -> dt.datetime:
    at = dt.datetime(day.year, day.month, day.day, tzinfo=promises.NEW_YORK)
    return at.astimezone(dt.UTC).replace(tzinfo=None)


def open_clocks(acted: Any) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for clock in acted.rows("select * from sla.fct_sla_clocks"):
        if clock["owed_by"] == "sales" and clock["stopped_at"] is None and clock["status"] != "void":
            found.setdefault((clock["subject_type"], clock["subject_id"]), []).append(clock)
    return found


def test_routing_deals_what_waits(acted: Any, companies: list[Lead]) -> None:
    clocks = open_clocks(acted)
    waiting: list[dict[str, Any]] = []
    for n, lead in enumerate(companies):
        known, account = person(n, lead), company(n // 4)
        mine = clocks.get(("lead", known["lead_id"]), [])
        raised = any(clock["starts_on"] == "hand_raise" for clock in mine)
        now = next((owner for owner, _, end in lead.owners if end is None), None)
        handed = promises.handoff(lead.transitions, lead.owners, known["cycle_number"])
        if lead.is_deleted or handed is not None or (now is not None and now != QUEUE):
            continue
        if known["lifecycle_stage"] == "mql" or raised:
            waiting.append(
                {
                    "key": ("lead", known["lead_id"]),
                    "country_code": known["country_code"] or account["country_code"],
                    "employee_count": account["employee_count"],
                    "account_owner_id": account["owner_id"],
                    "respond_by": min((clock["due_at"] for clock in mine), default=None),
                    "is_hand_raiser": raised,
                    "score": known["lead_score"],
                }
            )
    for n in range(len({account_of(n) for n in range(len(companies))})):
        account = company(n)
        mine = clocks.get(("account", account["account_id"]), [])
        if mine and account["account_stage"] == "mqa":
            waiting.append(
                {
                    "key": ("account", account["account_id"]),
                    "country_code": account["country_code"],
                    "employee_count": account["employee_count"],
                    "account_owner_id": account["owner_id"],
                    "respond_by": min(clock["due_at"] for clock in mine),
                    "is_hand_raiser": False,
                    "score": account["account_score"],
                }
            )
    loads: Counter[str] = Counter()
    for lead in companies:
        for cycle in promises.cycle_starts(lead.transitions):
            handed = promises.handoff(lead.transitions, lead.owners, cycle)
            if handed is not None and handed[0] > AS_OF - dt.timedelta(days=7):
                loads[handed[1]] += 1
    answered: dict[str, list[float]] = {}
    for clock in acted.rows("select * from sla.fct_sla_clocks where status in ('met', 'breached')"):
        if clock["stops_on"] == "first_human_touch" and clock["stopped_at"] is not None:
            answered.setdefault(clock["answerable_owner_id"], []).append(clock["business_minutes"])
    reps = {
        user: {
            "is_available": CAPACITY[user][1],
            "is_declared": True,
            "capacity": CAPACITY[user][0],
            "handed_off": loads[user],
            "win_rate": DEALS[user][0] / DEALS[user][1] if user in DEALS else None,
            "speed": median(answered[user]) if user in answered else None,
        }
        for user in TEAMS
    }
    expected = promises.route(waiting, reps, TERRITORIES)
    found = {
        (r["subject_type"], r["lead_id"] if r["subject_type"] == "lead" else r["account_id"]): (
            r["owner_id"], r["territory"], r["routed_by"], r["is_over_capacity"]
        )
        for r in acted.rows("select * from activation.routing_queue")
    }  # fmt: skip
    differences = {
        key: (expected.get(key), found.get(key))
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    }
    assert differences == {}
    assert {row[2] for row in expected.values()} == {"account_owner", "territory", "capacity", "nobody"}
    assert {row[3] for row in expected.values()} == {True, False}
    by = {subject["key"]: subject["respond_by"] for subject in waiting}
    for r in acted.rows("select * from activation.routing_queue"):
        key = (r["subject_type"], r["lead_id"] if r["subject_type"] == "lead" else r["account_id"])
        assert r["respond_by"] == by[key]


def expected_writeback(acted: Any, companies: list[Lead]) -> dict[str, tuple]:
    clocks = open_clocks(acted)
    routed = {
        r["lead_id"]: r["owner_id"]
        for r in acted.rows("select * from activation.routing_queue where subject_type = 'lead'")
    }
    order = ["recycle", "return_with_context", "flag", "alert"]
    breaches: dict[str, list[dict[str, Any]]] = {}
    for breach in acted.rows("select * from sla.fct_sla_breaches where is_open and lead_id is not null"):
        breaches.setdefault(breach["lead_id"], []).append(breach)
    found = {}
    for n, lead in enumerate(companies):
        known = person(n, lead)
        records = sorted(
            (
                r["source_system"] != "salesforce",
                r["source_object"] != "contact",
                r["record_key"],
            )
            for r in records_of(n)
            if r["source_system"] in ("salesforce", "hubspot") and not r["is_deleted"]
        )
        if lead.is_deleted or not records:
            continue
        mine = clocks.get(("lead", known["lead_id"]), [])
        actions = []
        for clock in breaches.get(known["lead_id"], []):
            consequence = ON_BREACH[clock["commitment_id"]]
            action = (
                "recycle" if consequence.startswith("recycle")
                else "return_with_context" if consequence.startswith("return")
                else "flag" if "flag" in consequence
                else "alert"
            )  # fmt: skip
            current = clock["cycle_number"] == known["cycle_number"]
            if action in ("flag", "alert") or (current and known["lifecycle_stage"] in ("mql", "sal", "sqo")):
                actions.append((order.index(action), clock["breached_at"], action))
        found[records[0][2]] = (
            known["lead_id"],
            known["lifecycle_stage"],
            known["cycle_number"],
            any(clock["status"] == "breached" for clock in mine),
            min((clock["due_at"] for clock in mine), default=None),
            min(actions)[2] if actions else None,
            routed.get(known["lead_id"]),
        )
    return found


def test_the_crm_is_told_what_changed_since_it_was_told(
    acted: Any, companies: list[Lead], tmp_path: Path
) -> None:
    from orchestration.alerts.writeback import mark_pushed
    from tests.harness import Warehouse

    columns = [
        "lead_id", "lifecycle_stage", "cycle_number", "is_sla_breached", "next_due_at", "recommended_action",
        "recommended_owner_id",
    ]  # fmt: skip

    def told(warehouse: Any) -> dict[str, tuple]:
        rows = warehouse.rows("select * from activation.crm_writeback_leads")
        return {r["record_key"]: tuple(r[c] for c in columns) for r in rows}

    expected = expected_writeback(acted, companies)
    assert told(acted) == expected
    assert {row[5] for row in expected.values()} >= {None, "recycle", "return_with_context", "flag", "alert"}
    # A push that reached the CRM: nothing is left to say, until something changes.
    pushed = Warehouse.from_template(acted, tmp_path)
    assert mark_pushed(pushed.database, "crm_writeback_leads") == len(expected)
    some = sorted(expected)[:3]
    pushed.execute(
        f"update core.dim_leads set lead_score = lead_score + 1 where lead_id = '{expected[some[0]][0]}'"
    )
    try:
        pushed.run("crm_writeback_leads")
        assert set(told(pushed)) == {some[0]}
    finally:
        # Leave the session's compiled models as they are without a push.
        acted.run("crm_writeback_leads")
    assert [r["is_new"] for r in pushed.rows("select * from activation.crm_writeback_leads")] == [False]


def test_the_crm_is_told_about_accounts(acted: Any) -> None:
    clocks = open_clocks(acted)
    routed = {
        r["account_id"]: r["owner_id"]
        for r in acted.rows("select * from activation.routing_queue where subject_type = 'account'")
    }
    breached = {
        r["subject_id"]
        for r in acted.rows("select * from sla.fct_sla_breaches where is_open and subject_type = 'account'")
    }
    expected = {}
    for row in acted.rows("select account_id from core.dim_accounts"):
        account = row["account_id"]
        live = [record for record, deleted in account_records_of(int(account[7:])) if not deleted]
        record = min(live, key=lambda r: (not r.startswith("salesforce"), r))
        mine = clocks.get(("account", account), [])
        expected[record] = (
            account,
            any(clock["status"] == "breached" for clock in mine),
            min((clock["due_at"] for clock in mine), default=None),
            "alert" if account in breached else None,
            routed.get(account),
        )
    columns = ["account_id", "is_sla_breached", "next_due_at", "recommended_action", "recommended_owner_id"]
    found = {
        r["record_key"]: tuple(r[c] for c in columns)
        for r in acted.rows("select * from activation.crm_writeback_accounts")
    }
    assert found == expected
    assert {row[3] for row in found.values()} == {None, "alert"}


def test_alerts_name_everything_that_is_due(acted: Any, companies: list[Lead]) -> None:
    fresh = AS_OF - STALE
    expected = set()
    for clock in acted.rows("select * from sla.fct_sla_clocks where status = 'at_risk'"):
        expected.add(("at_risk", clock["subject_id"], clock["clock_id"], clock["answerable_owner_id"]))
    for breach in acted.rows("select * from sla.fct_sla_breaches"):
        if breach["is_open"] or breach["breached_at"] > fresh:
            expected.add(
                ("breached", breach["subject_id"], breach["clock_id"], breach["answerable_owner_id"])
            )
    clock_of = {
        (clock["lead_id"], clock["started_at"]): clock["clock_id"]
        for clock in acted.rows("select * from sla.fct_sla_clocks where starts_on = 'hand_raise'")
        if clock["status"] != "void"
    }
    for n, lead in enumerate(companies):
        name = f"lead{n:05}"
        acts = [e for e in lead.engagements if not e["is_bot"]]
        raised = max((e["occurred_at"] for e in acts if e["is_hand_raiser"]), default=None)
        answered = any(e["is_human"] and raised is not None and e["occurred_at"] >= raised for e in acts)
        if raised is not None and raised > fresh and not answered and not lead.is_deleted:
            now = next((owner for owner, _, end in lead.owners if end is None), None)
            expected.add(("hand_raiser", name, clock_of.get((name, raised)), now))
    accounts = sorted({account_of(n) for n in range(len(companies))})
    for account, _, _, at, inferred in account_histories(accounts):
        if fresh < at <= AS_OF and not inferred:
            expected.add(("mqa", account, None, company(int(account[7:]))["owner_id"]))
    for account in accounts:
        about = company(int(account[7:]))
        last = max(
            (
                e["occurred_at"]
                for n, lead in enumerate(companies)
                if account_of(n) == account
                for e in lead.engagements
                if e["direction"] == "inbound" and not e["is_bot"]
            ),
            default=None,
        )
        if last is not None and fresh < last + QUIET <= AS_OF:
            expected.add(("gone_quiet", account, None, about["owner_id"]))
    rows = acted.rows("select * from activation.alerts")
    found = [(r["kind"], r["lead_id"] or r["account_id"], r["clock_id"], r["owner_id"]) for r in rows]
    assert len(set(found)) == len(found)
    assert set(found) == expected
    assert {kind for kind, *_ in found} >= {"at_risk", "breached", "hand_raiser", "gone_quiet"}
    assert all(r["as_of"] == AS_OF and r["is_data_fresh"] for r in rows)
