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
from typing import Any

import holidays
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

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
