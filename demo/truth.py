"""The true answers: who is one person, which account, which stages when, who broke which commitment, which touches
led to which deal, and where each trap occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import words
from demo.calendars import load_calendars
from demo.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Bools,
    Ints,
    booleans,
    join,
    only,
    pick,
    salesforce_ids,
    text_of,
    timestamps,
    where,
)
from demo.company import pa_text
from demo.definitions import TYPE_CODE as T
from demo.definitions import TYPES
from demo.journeys import (
    ACCEPTED,
    REASONS,
    REJECTED,
    SALES_QUALIFIED,
    VIA_FILE,
    VIA_MAP,
    VIA_MEMBER,
    VIA_PROGRAM,
)
from demo.ledger import Fact, Lead, Ledger
from demo.people import (
    CRM_HUBSPOT,
    CRM_NONE,
    HARD,
    HS_CONTACT,
    MAP_HUBSPOT,
    MAP_MARKETO,
    MAP_PARDOT,
    MK_LEAD,
    PD_PROSPECT,
    SF_CONTACT,
)
from demo.vendors.hubspot import HubSpot, company_ids, contact_ids, deal_ids
from demo.vendors.marketo import lead_ids as marketo_ids
from demo.vendors.pardot import ACTIVITY_TYPES, prospect_ids
from demo.vendors.salesforce import Salesforce, deleted_members, members
from demo.world import World

# The replay is plain Python: beyond this many people it covers the first ones only.
REPLAYED_LEADS = 10_000


def record_keys(world: World, index: Ints) -> pa.Array:
    """Record keys of source records, Salesforce ids by their first 15 characters."""
    records = world.records
    number, kind = records.number[index], records.object[index]
    out = join("salesforce:lead:", salesforce_ids("00Q", number + 1, 15))
    out = where(kind == SF_CONTACT, join("salesforce:contact:", salesforce_ids("003", number + 1, 15)), out)
    out = where(kind == HS_CONTACT, join("hubspot:contact:", contact_ids(world, index)), out)
    out = where(kind == MK_LEAD, join("marketo:lead:", marketo_ids(world, index)), out)
    return where(kind == PD_PROSPECT, join("pardot:prospect:", prospect_ids(world, index)), out)


@dataclass
class Identity:
    """Source records and the true lead behind each; a lead is a number, the person's own or one of its own."""

    key: pa.Array
    person: Ints
    lead: Ints
    created: Ints
    excluded: Bools
    reason: pa.Array
    deleted: Bools
    lead_created: Ints  # per lead number


def identity(world: World) -> Identity:
    """Every person record that an extract shows, and whose it is."""
    records, people = world.records, world.people
    index = np.flatnonzero(records.created <= world.end)
    purged = (records.gone_how[index] == HARD) & (records.gone_at[index] <= world.end - world.purged_after)
    index = index[~purged]
    person = records.person[index]
    hard = records.gone_how[index] == HARD
    # A hard-deleted duplicate had no address and no pointer: nothing ties it to its person.
    lead = np.where(hard, len(people) + np.cumsum(hard) - 1, person)
    new = np.flatnonzero(world.journeys.converted < NEVER)
    contact = join("salesforce:contact:", salesforce_ids("003", world.contact_number[new] + 1, 15))
    key = pa.concat_arrays([record_keys(world, index), contact])
    person = np.concatenate([person, new])
    lead = np.concatenate([lead, new])
    created = np.concatenate([records.created[index], world.contact_created[new]])
    deleted = np.concatenate([records.gone_at[index] < NEVER, np.zeros(len(new), dtype=bool)])
    excluded = (people.kind[person] == 3) | (people.kind[person] == 4)
    reason = pick(["staff", "test"], np.where(excluded, people.kind[person] - 3, -1))
    lead_created = np.full(len(people) + int(hard.sum()) + 1, NEVER, dtype=np.int64)
    np.minimum.at(lead_created, lead, created)
    return Identity(key, person, lead, created, excluded, reason, deleted, lead_created)


def _lead_names(world: World, lead: Ints) -> pa.Array:
    """Names of the true leads."""
    return where(
        lead < len(world.people),
        join("person-", text_of(lead)),
        join("gone-", text_of(lead - len(world.people))),
    )


def account_name(firm: Ints) -> pa.Array:
    """Names of the true accounts."""
    return join("account-", text_of(firm))


@dataclass
class Match:
    """The true account of every person and the rule that finds it; `firm` -1: none, -2: the rules leave it open."""

    firm: Ints
    method: list[str]
    code: Ints


METHODS = [
    "override",
    "crm_link",
    "email_domain",
    "ambiguous_domain",
    "inferred",
    "company_name",
    "unmatched",
]


def lead_accounts(world: World, overrides: dict[int, int]) -> Match:
    """Lead to account by the seven steps (4.6), decided from how the demo company was made."""
    people, firms = world.people, world.company.companies
    firm, safe = people.company, np.clip(people.company, 0, None)
    hubspot = world.records.main[HS_CONTACT] >= 0
    hubspot &= "hubspot" in world.sources
    primary = hubspot & (firm >= 0) & firms.in_hubspot[safe] & (np.arange(len(people)) % 7 != 0)
    contact = (world.contact_created < NEVER) & (firm >= 0)
    linked = primary | contact
    has_account = (world.account_created < NEVER) | (firms.in_hubspot & ("hubspot" in world.sources))
    # The domain is known where an account carries it: the Salesforce website, or HubSpot's domain or website.
    in_crm = world.account_created < NEVER
    owns_domain = (in_crm & firms.domain_known) | (firms.in_hubspot & ("hubspot" in world.sources))
    shared = firms.shared_with >= 0
    partner = np.where(shared, firms.shared_with, -1)
    other = np.full(len(firms), -1, dtype=np.int64)
    other[partner[shared]] = np.flatnonzero(shared)
    mate = np.where(shared, partner, other)
    is_shared = (mate >= 0) & owns_domain & owns_domain[np.clip(mate, 0, None)]
    common = np.where(shared & (firms.parent >= 0), firms.parent, -2)
    common = np.where((other >= 0) & (firms.parent[np.clip(other, 0, None)] == np.arange(len(firms))),
                      np.arange(len(firms)), common)  # fmt: skip
    has_mail = (
        ~pc.is_null(people.email).to_numpy(zero_copy_only=False) & (people.kind != 5) & (people.kind != 1)
    )
    has_mail &= firm >= 0
    code = np.full(len(people), 6)
    result = np.full(len(people), -1, dtype=np.int64)
    named = (firm >= 0) & (people.kind == 5) & has_account[safe]
    code[named], result[named] = 5, firm[named]
    inferred = has_mail & ~owns_domain[safe]
    code[inferred], result[inferred] = 4, firm[inferred]
    known = has_mail & owns_domain[safe]
    code[known], result[known] = 2, firm[known]
    ambiguous = known & is_shared[safe]
    code[ambiguous], result[ambiguous] = 3, common[safe[ambiguous]]
    code[linked], result[linked] = 1, firm[linked]
    for who, to in overrides.items():
        code[who], result[who] = 0, to
    return Match(result, METHODS, code)


def engagement_rows(world: World, lead_people: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Person, instant, type and act index of every engagement that counts: written, human, and told once."""
    acts, people = world.journeys.acts, world.people
    person = acts.person.astype(np.int64)
    via, on = acts.via, people.map[person]
    writes = np.zeros(len(acts), dtype=bool)
    for code, source in ((MAP_HUBSPOT, "hubspot"), (MAP_MARKETO, "marketo")):
        if source in world.sources:
            writes |= (via == VIA_MAP) & (on == code)
    if "pardot" in world.sources:
        told = np.isin(acts.kind, [T[name] for name in ACTIVITY_TYPES])
        writes |= (via == VIA_MAP) & (on == MAP_PARDOT) & told
    if "marketo" in world.sources:
        writes |= (via == VIA_PROGRAM) & (on == MAP_MARKETO)
    if "salesforce" in world.sources:
        member_rows = members(world)
        writes[member_rows] = True
        writes[member_rows[deleted_members(world)]] = False
    if "files" in world.sources:
        filed = (via == VIA_FILE) & np.isin(people.kind[person], (0, 1, 6))
        writes |= filed & ((people.crm[person] != CRM_NONE) | (on == MAP_HUBSPOT))
    writes &= (acts.bot == 0) & (acts.at <= world.end) & (acts.known <= world.end) & (person < lead_people)
    index = np.flatnonzero(writes)
    # The campaign member that repeats a form within a minute.
    member = via[index] == VIA_MEMBER
    form = (via[index] == VIA_MAP) & (acts.kind[index] == T["webinar_registered"])
    key = person[index] * 100_000 + acts.campaign[index]
    forms: dict[int, list[int]] = {}
    for row in index[form].tolist():
        forms.setdefault(int(person[row]) * 100_000 + int(acts.campaign[row]), []).append(int(acts.at[row]))
    repeats = np.zeros(len(index), dtype=bool)
    for position in np.flatnonzero(member & (acts.kind[index] == T["webinar_registered"])).tolist():
        times = forms.get(int(key[position]), [])
        repeats[position] = any(abs(int(acts.at[index[position]]) - moment) <= MINUTE for moment in times)
    index = index[~repeats]
    return person[index], acts.at[index], acts.kind[index].astype(np.int64), index


@dataclass
class Replayed:
    """The true ledger as columns, and which leads it is exact for."""

    table: pa.Table
    mql: dict[int, list[tuple[int, int, int]]]  # lead -> (cycle, mql instant, decision instant or NEVER)
    exact: Bools
    duplicates: set[tuple[int, int]]  # lead and cycle that was rejected as a duplicate: its clocks are void


def replay(world: World, ids: Identity, match: Match) -> Replayed:
    """Run the true ledger over the facts that the systems carry."""
    people, companies = world.people, world.company.companies
    limit = min(len(people), REPLAYED_LEADS)
    exact = np.ones(limit, dtype=bool)
    facts: list[list[Fact]] = [[] for _ in range(limit)]
    _status_facts(world, facts, exact, limit)
    _meeting_facts(world, facts, limit)
    _deal_facts(world, facts, ids, limit)
    person, at, kind, _index = engagement_rows(world, limit)
    order = np.lexsort((at, person))
    person, at, kind = person[order], at[order], kind[order]
    edges = np.searchsorted(person, np.arange(limit + 1))
    ledger = Ledger()
    rows: list[tuple[int, int, str | None, str, int, int, str, str | None, bool]] = []
    decisions: dict[int, list[tuple[int, int, int]]] = {}
    duplicates: set[tuple[int, int]] = set()
    exact &= match.firm[:limit] != -2
    # From when an attribute holds is open where a merged duplicate is older than the record that survived.
    exact &= ids.lead_created[:limit] >= np.minimum(people.created[:limit], NEVER - 1)
    if "salesforce" in world.sources:
        # Whether a membership that was deleted for good still counts is a matter of opinion.
        gone = world.journeys.acts.person[members(world)[deleted_members(world)]]
        exact[gone[gone < limit]] = False
    # Its account was inferred from the domain, beside the firm that is on the target list: two accounts, one firm.
    inferred = match.code[:limit] == 4
    exact[np.flatnonzero(inferred & (companies.target_from[np.maximum(match.firm[:limit], 0)] < NEVER))] = (
        False
    )
    for lead in range(limit):
        if people.kind[lead] in (3, 4) or ids.lead_created[lead] >= NEVER:
            continue
        firm = int(match.firm[lead])
        item = Lead(
            created=int(ids.lead_created[lead]),
            title=int(people.title[lead]),
            is_icp=firm >= 0 and match.code[lead] != 4 and bool(companies.is_icp[firm]),
            target_from=int(companies.target_from[firm]) if firm >= 0 else int(NEVER),
            target_to=int(companies.target_to[firm]) if firm >= 0 else int(NEVER),
            acts=list(
                zip(
                    at[edges[lead] : edges[lead + 1]].tolist(),
                    kind[edges[lead] : edges[lead + 1]].tolist(),
                    strict=True,
                )
            ),
            facts=facts[lead],
        )
        steps = ledger.replay(item, world.end)
        duplicates |= {(lead, step.cycle) for step in steps if step.reason_code == "duplicate"}
        for number, step in enumerate(steps):
            rows.append((lead, step.cycle, step.from_stage, step.to_stage, step.at, step.version, step.trigger,
                         step.reason_code, step.is_inferred))  # fmt: skip
            if step.to_stage == "mql" and not step.is_inferred:
                after = steps[number + 1] if number + 1 < len(steps) else None
                decided = (
                    after.at
                    if after and (after.to_stage == "sal" or after.trigger == "rejected")
                    else int(NEVER)
                )
                if after and after.to_stage == "lost" and after.trigger != "rejected":
                    decided = int(NEVER)
                if after and after.is_inferred and after.to_stage != "sal":
                    decided = int(NEVER)
                decisions.setdefault(lead, []).append((step.cycle, step.at, decided))
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in range(9)]
    lead_column = np.array(columns[0], dtype=np.int64)
    table = pa.table({
        "true_person_id": join("person-", text_of(lead_column)),
        "cycle_number": pa.array(columns[1], pa.int64()),
        "from_stage": pa.array(columns[2], pa.string()),
        "to_stage": pa.array(columns[3], pa.string()),
        "occurred_at": timestamps(np.array(columns[4], dtype=np.int64)),
        "definition_version": pa.array(columns[5], pa.int64()),
        "trigger": pa.array(columns[6], pa.string()),
        "reason_code": pa.array(columns[7], pa.string()),
        "is_inferred": pa.array(columns[8], pa.bool_()),
        "is_exact": booleans(exact[lead_column]),
    })  # fmt: skip
    return Replayed(table, decisions, exact, duplicates)


def _status_facts(world: World, facts: list[list[Fact]], exact: Bools, limit: int) -> None:
    systems = []
    if "salesforce" in world.sources:
        vendor = Salesforce(world)
        late = np.maximum(vendor.contact_log.at, world.contact_created[vendor.contact_log.person])
        systems = [(vendor.lead_log, vendor.lead_log.at, True), (vendor.contact_log, late, True)]
    if "hubspot" in world.sources:
        status = HubSpot(world).status_log
        systems.append((status, status.at, False))
    for log, at, tracked in systems:
        for person, when, value, reason in zip(
            log.person.tolist(), at.tolist(), log.value.tolist(), log.reason.tolist(), strict=True
        ):
            if person >= limit or when > world.end:
                continue
            if tracked and when < world.tracking_from:
                exact[person] = False
                continue
            if value == ACCEPTED or (value == SALES_QUALIFIED and not tracked):
                facts[person].append(Fact(when, 1, "accepted"))
            elif value == REJECTED:
                name = REASONS[reason] if reason >= 0 and REASONS[reason] != "Select" else None
                facts[person].append(Fact(when, 1, "rejected", name))


def _meeting_facts(world: World, facts: list[list[Fact]], limit: int) -> None:
    out = world.journeys.outreach
    for row in np.flatnonzero(out.kind >= 4).tolist():
        person, at, made = int(out.person[row]), int(out.at[row]), int(out.made[row])
        hubspot = world.people.crm[person] == CRM_HUBSPOT
        if (
            person >= limit
            or ("hubspot" if hubspot else "salesforce") not in world.sources
            or made > world.end
        ):
            continue
        if made < at:
            facts[person].append(Fact(made, 2, "next_step_dated"))
        if out.done[row] or at + 30 * MINUTE > world.end:
            facts[person].append(Fact(at, 2, "meeting_held"))


def _deal_facts(world: World, facts: list[list[Fact]], ids: Identity, limit: int) -> None:
    deals = world.journeys.deals
    links: list[tuple[int, int, int]] = []
    if "salesforce" in world.sources:
        vendor = Salesforce(world)
        deal, person, at, kind = vendor.roles
        born = np.maximum(deals.created[deal], world.contact_created[deals.person[deal]])
        at = np.where(kind == 0, born, at)
        links += list(zip(deal.tolist(), person.tolist(), at.tolist(), strict=True))
    if "hubspot" in world.sources:
        mine = HubSpot(world).deals
        links += list(
            zip(mine.tolist(), deals.person[mine].tolist(), deals.created[mine].tolist(), strict=True)
        )
    for number, who, linked in links:
        if who >= limit or linked > world.end:
            continue
        since = max(linked, int(ids.lead_created[who]))
        facts[who].append(Fact(since, 3, "opportunity_created", deal=number))
        if deals.closed[number] <= world.end:
            outcome = "opportunity_won" if deals.won[number] else "opportunity_lost"
            facts[who].append(Fact(max(int(deals.closed[number]), since), 4, outcome, deal=number))


def commitments(world: World, played: Replayed) -> pa.Table:
    """The MQL decision in 8 business hours: who kept it, who broke it, under the calendar of each possible owner."""
    from datetime import UTC, datetime

    first = datetime.fromtimestamp((world.company.start - 60 * DAY) / 1e6, UTC).date()
    last = datetime.fromtimestamp((world.end + 400 * DAY) / 1e6, UTC).date()
    calendars = load_calendars(first, last)
    names = ["us_east", "us_west", "uk", "germany"]
    reps = world.company.reps
    rows = []
    for lead, clocks in sorted(played.mql.items()):
        rep = int(world.people.rep[lead])
        calendar = calendars[names[reps.calendar[rep]]]
        for cycle, start, stop in clocks:
            answers = {}
            for item in (calendar, calendars["us_east"]):
                due = int(item.add(np.array([start]), np.array([8 * HOUR]))[0])
                status = (
                    "met" if stop <= due else ("breached" if stop < NEVER or world.end > due else "running")
                )
                answers[item.calendar_id] = (due, status)
            due, status = answers[calendar.calendar_id]
            if (lead, cycle) in played.duplicates:
                status = "void"
            clear = (
                len({answer[1] for answer in answers.values()}) == 1
                and reps.calendar[rep] == reps.calendar_later[rep]
            )
            rows.append((lead, cycle, start, due, stop, status, clear, rep))
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in range(8)]
    lead_column = np.array(columns[0], dtype=np.int64)
    rep_column = np.array(columns[7], dtype=np.int64)
    exact = played.exact[lead_column] if len(lead_column) else np.zeros(0, dtype=bool)
    return pa.table({
        "commitment_id": pick(["mql_decision"], np.zeros(len(lead_column), dtype=int)),
        "true_person_id": join("person-", text_of(lead_column)),
        "cycle_number": pa.array(columns[1], pa.int64()),
        "started_at": timestamps(np.array(columns[2], dtype=np.int64)),
        "due_at": timestamps(np.array(columns[3], dtype=np.int64)),
        "stopped_at": timestamps(np.array(columns[4], dtype=np.int64)),
        "status": pa.array(columns[5], pa.string()),
        "expected_owner": join("salesforce:user:", salesforce_ids("005", rep_column + 1, 15)),
        "is_exact": booleans(exact & np.array(columns[6], dtype=bool)),
    })  # fmt: skip


def deal_touches(world: World, ids: Identity, match: Match) -> pa.Table:
    """Which engagements of the people on a deal came before it (9.2, 9.3); account colleagues are marked as such."""
    deals = world.journeys.deals
    person, at, kind, index = engagement_rows(world, len(world.people))
    touching = np.isin(kind, [T[name] for name in TOUCH_TYPES])
    person, at, kind, index = person[touching], at[touching], kind[touching], index[touching]
    order = np.lexsort((at, person))
    person, at, kind, index = person[order], at[order], kind[order], index[order]
    edges = np.searchsorted(person, np.arange(len(world.people) + 1))
    on_deal: list[tuple[int, int]] = []
    if "salesforce" in world.sources:
        deal, who, linked, _kind = Salesforce(world).roles
        shown = linked <= world.end
        on_deal += list(zip(deal[shown].tolist(), who[shown].tolist(), strict=True))
    if "hubspot" in world.sources:
        mine = HubSpot(world).deals
        on_deal += list(zip(mine.tolist(), deals.person[mine].tolist(), strict=True))
    out_deal, out_row = [], []
    for deal_number, who_number in on_deal:
        created = int(deals.created[deal_number])
        if "salesforce" in world.sources and world.people.crm[deals.person[deal_number]] != CRM_HUBSPOT:
            created = max(created, int(world.contact_created[deals.person[deal_number]]))
        rows = np.arange(edges[who_number], edges[who_number + 1])
        rows = rows[(at[rows] <= created) & (at[rows] >= created - 90 * DAY)]
        out_deal.append(np.full(len(rows), deal_number))
        out_row.append(rows)
    deal_column = np.concatenate(out_deal) if out_deal else np.zeros(0, dtype=np.int64)
    row = np.concatenate(out_row) if out_row else np.zeros(0, dtype=np.int64)
    campaigns = world.journeys.acts.campaign[index[row]].astype(np.int64)
    crm = world.people.crm[deals.person[deal_column]] == CRM_HUBSPOT
    return pa.table({
        "opportunity_key": where(crm, join("hubspot:deal:", deal_ids(deal_column)),
                                 join("salesforce:opportunity:", salesforce_ids("006", deal_column + 1, 15))),
        "true_person_id": join("person-", text_of(person[row])),
        "occurred_at": timestamps(at[row]),
        "engagement_type": pick(TYPES, kind[row]),
        "campaign": pick(pa_text(world.company.campaigns.name), np.where(
            np.isin(kind[row], EMAIL_CODES), -1, campaigns)),
        "won": booleans(deals.won[deal_column]),
    })  # fmt: skip


TOUCH_TYPES = ["email_clicked", "form_submitted", "demo_requested", "contact_sales_requested", "trial_started",
               "page_viewed", "pricing_page_viewed", "webinar_registered", "webinar_attended", "event_registered",
               "event_attended", "content_downloaded", "ad_clicked"]  # fmt: skip
EMAIL_CODES = [code for name, code in T.items() if name.startswith("email_")]


def account_records(world: World) -> pa.Table:
    """Account records and the true account behind each."""
    firms = world.company.companies
    crm = np.flatnonzero(world.account_created <= world.end)
    copies = np.flatnonzero((firms.duplicate_of >= 0) & firms.in_salesforce)
    if "salesforce" not in world.sources:
        copies = copies[:0]
    hub = np.flatnonzero(firms.in_hubspot) if "hubspot" in world.sources else np.zeros(0, dtype=np.int64)
    keys = pa.concat_arrays([
        join("salesforce:account:", salesforce_ids("001", crm + 1, 15)),
        join("salesforce:account:", salesforce_ids("001", len(firms) + np.arange(len(copies)) + 1, 15)),
        join("hubspot:company:", company_ids(hub)),
    ])  # fmt: skip
    firm = np.concatenate([crm, copies, hub])
    start = len(crm) + len(copies)
    return pa.table({
        "record_key": keys,
        "true_account_id": account_name(firm),
        "is_merged": booleans((np.arange(len(firm)) >= len(crm)) & (np.arange(len(firm)) < start)
                              & (firms.duplicate_at[firm] <= world.end)),
    })  # fmt: skip


def write_tables(world: World, overrides: dict[int, int]) -> dict[str, pa.Table]:
    """Every table of true answers, by name."""
    ids = identity(world)
    match = lead_accounts(world, overrides)
    played = replay(world, ids, match)
    people = world.people
    who = np.flatnonzero(ids.lead_created[: len(people)] < NEVER)
    accounts = pa.table({
        "true_person_id": join("person-", text_of(who)),
        "true_account_id": only(match.firm[who] >= 0, account_name(np.clip(match.firm[who], 0, None))),
        "match_method": pick(METHODS, match.code[who]),
        "is_defined": booleans(match.firm[who] != -2),
        "is_excluded": booleans((people.kind[who] == 3) | (people.kind[who] == 4)),
        "title": pick([row[0] for row in words.TITLES], people.title[who]),
    })  # fmt: skip
    persons = pa.table({
        "record_key": ids.key,
        "true_person_id": _lead_names(world, ids.lead),
        "created_at": timestamps(ids.created),
        "is_deleted": booleans(ids.deleted),
        "is_excluded": booleans(ids.excluded),
        "excluded_reason": ids.reason,
    })  # fmt: skip
    return {
        "persons": persons,
        "accounts": account_records(world),
        "person_accounts": accounts,
        "stages": played.table,
        "commitments": commitments(world, played),
        "deal_touches": deal_touches(world, ids, match),
    }
