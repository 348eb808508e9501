"""The people of the demo company and the records that each system holds of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import words
from demo.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Bools,
    Floats,
    Ints,
    choose,
    join,
    pick,
    stream,
    text_of,
    where,
)
from demo.company import COUNTRY_CALENDAR, ZONES, Companies, Company, pa_text
from demo.traps import RATES

SF_LEAD, SF_CONTACT, HS_CONTACT, MK_LEAD, PD_PROSPECT = range(5)
OBJECT_KEYS = ["salesforce:lead", "salesforce:contact", "hubspot:contact", "marketo:lead", "pardot:prospect"]
MAP_NONE, MAP_HUBSPOT, MAP_MARKETO, MAP_PARDOT = range(4)
CRM_NONE, CRM_LEAD, CRM_CONTACT, CRM_HUBSPOT = range(4)
PLAIN, SHOUTED, TAGGED, MISSING, OLD = range(5)
KEPT, MERGED, SOFT, HARD = range(4)

# name, share, quality (log-odds of acceptance), hard-bounce rate, win log-odds, first act
SOURCES: list[tuple[str, float, float, float, float, str]] = [
    ("Webinar", 18, 0.5, 0.01, 0.1, "webinar"),
    ("Content Download", 20, -0.2, 0.015, -0.2, "content"),
    ("Paid Search", 14, 0.0, 0.02, -0.3, "web"),
    ("Organic Search", 14, 0.4, 0.01, 0.2, "web"),
    ("Referral", 6, 1.2, 0.005, 0.9, "demo"),
    ("Trade Show", 8, -0.3, 0.03, 0.0, "event"),
    ("Outbound", 8, -0.1, 0.03, -0.1, "none"),
    ("Purchased List", 7, -1.4, 0.14, -1.0, "none"),
    ("Partner", 5, 0.9, 0.005, 0.6, "demo"),
]


@dataclass
class People:
    """One element per person who ever became a lead."""

    company: Ints  # -1: a private or unknown mailbox
    first: pa.Array
    last: pa.Array
    title: Ints
    email: pa.Array  # today's address, null where there is none
    old_email: pa.Array  # the address before `moved_at`
    moved_at: Ints
    country: Ints
    source: Ints
    quality: Floats
    interest: Floats
    created: Ints
    crm: Ints
    map: Ints
    rep: Ints
    kind: Ints  # 0 ordinary, 1 free mail, 2 role mailbox, 3 staff, 4 test, 5 invalid address, 6 dirty text
    bounces: Bools
    zone: Ints

    def __len__(self) -> int:
        return len(self.company)


@dataclass
class Records:
    """One element per source record of a person. `number` counts inside the object and becomes the id."""

    person: Ints
    object: Ints
    number: Ints
    created: Ints
    email_form: Ints
    master: Ints  # record that this one was merged into, or -1
    gone_at: Ints
    gone_how: Ints
    main: Ints  # per object and person: index of the main record, shape (5, people), -1 where there is none

    def __len__(self) -> int:
        return len(self.person)

    def of(self, kind: int) -> Ints:
        """Indexes of the records of one object, in order of their number."""
        return np.flatnonzero(self.object == kind)


def local_offsets(zones: list[str], first_day: int, days: int) -> Ints:
    """UTC offset in microseconds at noon of each day, shape (zones, days)."""
    out = np.empty((len(zones), days), dtype=np.int64)
    base = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=first_day)
    for row, name in enumerate(zones):
        zone = ZoneInfo(name)
        for day in range(days):
            offset = (base + timedelta(days=day)).astimezone(zone).utcoffset() or timedelta()
            out[row, day] = int(offset.total_seconds()) * SECOND
    return out


def working_moments(
    rng: np.random.Generator,
    company: Company,
    zone: Ints,
    weekday_weights: list[float],
    seasonal: bool = True,
) -> Ints:
    """Moments over the company's history: seasons, weekdays and daytime in the person's own time zone."""
    first_day, last_day = company.start // DAY, company.end // DAY
    days = np.arange(first_day, last_day)
    weekday = (days + 3) % 7
    weights = np.array(weekday_weights)[weekday].astype(float)
    if seasonal:
        month = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
        season = np.array([1.0, 1.05, 1.2, 1.0, 1.05, 1.1, 0.75, 0.6, 1.25, 1.3, 1.0, 0.5])
        weights *= season[month] * np.linspace(0.8, 1.2, len(days))
    day = first_day + choose(rng, weights, len(zone))
    hour = np.clip(rng.normal(12.5, 2.8, len(zone)), 0.5, 23.4)
    offsets = local_offsets(ZONES, int(first_day), int(last_day - first_day))
    local = day * DAY + (hour * HOUR).astype(np.int64)
    return np.clip(local - offsets[zone, day - first_day], company.start + MINUTE, company.end - HOUR)


def build_people(company: Company, leads: int, seed: int, sources: set[str]) -> People:
    """Draw the people: where they work, how they came, how interested they are, who holds them."""
    rng = stream(seed, "people")
    companies = company.companies
    weight = np.where(companies.tier > 0, 2.2, 1.0) * np.where(np.arange(len(companies)) < 21, 2.0, 1.0)
    at = choose(rng, weight, leads)
    kind = np.zeros(leads, dtype=np.int64)
    draw = rng.random(leads)
    edge = 0.0
    for code, name in (
        (1, "free_mail"), (2, "role_mailbox"), (3, "internal_staff"), (4, "test_record"), (5, "invalid_email"),
        (6, "dirty_text"),
    ):  # fmt: skip
        kind[(draw >= edge) & (draw < edge + RATES[name])] = code
        edge += RATES[name]
    at = np.where((kind == 1) | (kind == 3), -1, at)
    # A role mailbox is shared by two people of one company.
    role = np.flatnonzero(kind == 2)
    role = role[: len(role) // 2 * 2]
    kind[(kind == 2) & ~np.isin(np.arange(leads), role)] = 0
    at[role[1::2]] = at[role[::2]]
    safe = np.clip(at, 0, None)
    country = np.where(at >= 0, companies.country[safe], choose(rng, [6, 3, 2, 1], leads))
    zone = np.array(COUNTRY_CALENDAR)[country]
    source = choose(rng, [row[1] for row in SOURCES], leads)
    first_index = rng.integers(0, len(words.FIRST), leads)
    last_index = rng.integers(0, len(words.LAST), leads)
    title = choose(rng, words.TITLE_WEIGHTS, leads)
    fit = np.where(at >= 0, companies.is_icp[safe], False)
    quality = (
        np.array([row[2] for row in SOURCES])[source]
        + np.where(fit, 0.7, -0.6)
        + np.where(title < 11, 0.4, -0.5)
        + rng.normal(0, 0.6, leads)
    )
    interest = np.exp(0.35 * quality + rng.normal(0, 0.6, leads))
    created = working_moments(rng, company, zone, [1.1, 1.25, 1.25, 1.15, 0.9, 0.25, 0.25])
    crm, automation = _holders(rng, leads, sources)
    # Two records with one address cannot both live in HubSpot: shared mailboxes are Salesforce leads.
    special = (kind == 2) | (kind == 5)
    if "salesforce" in sources:
        crm[special] = CRM_LEAD
        automation[special] = MAP_NONE
        alone = (crm == CRM_NONE) & (automation == MAP_NONE)
        crm[alone] = CRM_LEAD
    else:
        kind[special] = 0
    names = (first_index, last_index)
    email, old_email, moved_at = _addresses(rng, company, at, kind, names, created, automation)
    first = pick(words.FIRST, first_index)
    last = pick(words.LAST, last_index)
    dirty = np.flatnonzero(kind == 6)
    if len(dirty):
        index = np.full(leads, -1, dtype=np.int64)
        index[dirty] = np.arange(len(dirty)) % len(words.DIRTY_NAMES)
        last = where(kind == 6, pick(words.DIRTY_NAMES, index), last)
    tests = kind == 4
    if tests.any():
        first = where(tests, pick(["Test", "asdf"], np.arange(leads) % 2), first)
        last = where(tests, pick(["Test", "jkl"], np.arange(leads) % 2), last)
    bounce_rate = np.array([row[3] for row in SOURCES])[source]
    development = np.flatnonzero((company.reps.role == 0) & company.reps.active)
    rep = np.empty(leads, dtype=np.int64)
    for region in range(4):
        team = development[company.reps.calendar[development] == region]
        here = zone == region
        rep[here] = team[rng.integers(0, len(team), int(here.sum()))]
    return People(
        company=at,
        first=first,
        last=last,
        title=title,
        email=email,
        old_email=old_email,
        moved_at=moved_at,
        country=country,
        source=source,
        quality=quality,
        interest=interest,
        created=created,
        crm=crm,
        map=automation,
        rep=rep,
        kind=kind,
        bounces=rng.random(leads) < bounce_rate,
        zone=zone,
    )


def _holders(rng: np.random.Generator, leads: int, sources: set[str]) -> tuple[Ints, Ints]:
    wanted = {"hubspot": (MAP_HUBSPOT, 68), "marketo": (MAP_MARKETO, 14), "pardot": (MAP_PARDOT, 12)}
    weights = np.zeros(4)
    for name, (code, weight) in wanted.items():
        weights[code] = weight if name in sources else 0
    weights[MAP_NONE] = 6 if "salesforce" in sources or not weights.any() else 0
    automation = choose(rng, weights, leads)
    if "salesforce" in sources:
        crm = choose(rng, [5, 74, 12, 9 if "hubspot" in sources else 0], leads)
    elif "hubspot" in sources:
        crm = choose(rng, [14, 0, 0, 86], leads)
        crm[automation > MAP_HUBSPOT] = CRM_NONE
    else:
        crm = np.zeros(leads, dtype=np.int64)
    automation[crm == CRM_HUBSPOT] = MAP_HUBSPOT
    if "salesforce" in sources:
        crm[(crm == CRM_NONE) & (automation == MAP_NONE)] = CRM_LEAD
    return crm, automation


def _addresses(
    rng: np.random.Generator,
    company: Company,
    at: Ints,
    kind: Ints,
    names: tuple[Ints, Ints],
    created: Ints,
    automation: Ints,
) -> tuple[pa.Array, pa.Array, Ints]:
    count = len(at)
    companies, (first_index, last_index) = company.companies, names
    person = np.arange(count)
    first = pc.utf8_lower(pick(words.FIRST, first_index))
    last = pc.utf8_lower(pick(words.LAST, last_index))
    # Namesakes at one company get a number; free mail always has one.
    canonical = _domain_owner(companies)
    safe = np.clip(at, 0, None)
    key = (np.where(at >= 0, canonical[safe], -1) * len(words.FIRST) + first_index) * len(
        words.LAST
    ) + last_index
    order = np.lexsort((person, key))
    sorted_key = key[order]
    starts = np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]])
    rank_sorted = np.arange(count) - np.maximum.accumulate(np.where(starts, np.arange(count), 0))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = rank_sorted
    suffix = where(
        rank > 0, text_of(rank + 1), pa.array([""] * 1, pa.string()).take(pa.array(np.zeros(count, int)))
    )
    suffix = where(at < 0, text_of(person + 10), suffix)
    domain = pick(pa_text(companies.domain), safe)
    free = pick(words.FREE_MAIL, person % len(words.FREE_MAIL))
    domain = where(kind == 1, free, domain)
    domain = where(kind == 3, pick(["concord-demo.example"], np.zeros(count, dtype=int)), domain)
    email = join(first, ".", last, suffix, "@", domain)
    role_words = ["info", "sales", "admin", "office", "marketing"]
    role_rank = np.cumsum(kind == 2) - 1
    email = where(kind == 2, join(pick(role_words, (role_rank // 2) % 5), "@", domain), email)
    tested = [("test", "@"), ("qa", "+qa@")]
    test_local = pick([tested[0][0], tested[1][0]], person % 2)
    test_email = where(
        person % 2 == 0,
        join(first, text_of(person), "@example.test"),
        join(test_local, text_of(person), "+qa@", domain),
    )
    email = where(kind == 4, test_email, email)
    broken = pick(["no-at-sign", "two@@signs.com", "white space@", "@nobody", "name@nodot"], person % 5)
    email = where(kind == 5, broken, email)
    moves = (rng.random(count) < RATES["hubspot_changed_address"]) & (kind == 0) & (automation == MAP_HUBSPOT)
    moves &= created < company.end - 60 * DAY
    old_email = pc.if_else(
        pa.array(moves), join(last, ".", first, suffix, "@", domain), pa.scalar(None, pa.string())
    )
    moved_at = np.where(moves, created + (rng.random(count) * 40 * DAY).astype(np.int64) + 15 * DAY, NEVER)
    return email, old_email, moved_at


def _domain_owner(companies: Companies) -> Ints:
    """The first company with each company's domain, so that namesakes in two offices get two addresses."""
    owner = np.arange(len(companies))
    shared = companies.shared_with
    for _ in range(4):
        owner = np.where(shared[owner] >= 0, shared[owner], owner)
    return owner


def build_records(company: Company, people: People, seed: int, sources: set[str], converted: Ints) -> Records:
    """One or more records per person, in the systems that hold the person, with the identity traps among them."""
    rng = stream(seed, "records")
    count = len(people)
    everyone = np.arange(count)
    parts: list[tuple[Ints, int, Ints, Ints, Ints, Ints, Ints]] = []
    sizes = [0]
    span_end = company.end - 2 * DAY

    def add(
        person: Ints,
        kind: int,
        created: Ints,
        form: Ints | None = None,
        master: Ints | None = None,
        gone_at: Ints | None = None,
        how: int = KEPT,
    ) -> Ints:
        size = len(person)
        parts.append(
            (
                person,
                kind,
                np.minimum(created, company.end - MINUTE),
                form if form is not None else np.zeros(size, dtype=np.int64),
                master if master is not None else np.full(size, -1, dtype=np.int64),
                gone_at if gone_at is not None else np.full(size, NEVER, dtype=np.int64),
                np.full(size, how, dtype=np.int64),
            )
        )
        first = sizes[0]
        sizes[0] += size
        return np.arange(first, first + size)

    main = np.full((5, count), -1, dtype=np.int64)
    sync = (rng.integers(2, 10, count) * MINUTE) + rng.integers(0, 60 * SECOND, count)
    map_first = (people.map != MAP_NONE) & (rng.random(count) < 0.85)

    def form_of(who: Ints, tags: bool) -> Ints:
        draw = rng.random(len(who))
        form = np.where(draw < 0.02, SHOUTED, PLAIN)
        if tags:
            form = np.where((draw > 1 - RATES["plus_tag"]) & (people.kind[who] == 0), TAGGED, form)
        moved = people.moved_at[who] < NEVER
        return np.where(moved & (who % 2 == 0), OLD, form)

    for kind, mask in (
        (SF_LEAD, people.crm == CRM_LEAD),
        (SF_CONTACT, people.crm == CRM_CONTACT),
    ):
        who = everyone[mask]
        created = people.created[who] + np.where(map_first[who], sync[who], 0)
        # A contact record of an existing customer relation is older than its first act in marketing.
        main[kind, who] = add(who, kind, created, form_of(who, tags=False))
    for kind, code in ((HS_CONTACT, MAP_HUBSPOT), (MK_LEAD, MAP_MARKETO), (PD_PROSPECT, MAP_PARDOT)):
        who = everyone[people.map == code]
        alone = people.crm[who] == CRM_NONE
        created = people.created[who] + np.where(
            map_first[who] | (people.crm[who] >= CRM_HUBSPOT) | alone, 0, sync[who]
        )
        form = form_of(who, tags=True) if kind != HS_CONTACT else np.zeros(len(who), dtype=np.int64)
        main[kind, who] = add(who, kind, created, form)

    def some(kind: int, rate: float, floor: int = 3) -> Ints:
        """Ordinary people with a main record of that kind, at the given rate (at least `floor`, where they exist)."""
        can = everyone[(main[kind] >= 0) & (people.kind == 0) & (people.created < span_end - 30 * DAY)]
        wanted = max(floor, round(len(can) * rate))
        return np.sort(rng.permutation(can)[:wanted])

    def later(who: Ints, low: int, high: int) -> Ints:
        return np.minimum(
            people.created[who]
            + (rng.integers(low * 24, high * 24, len(who)) * HOUR)
            + rng.integers(0, HOUR, len(who)),
            span_end,
        )

    # Merged duplicates: loser -> (loser ->) survivor.
    for kind, rate, chain_rate in (
        (SF_LEAD, RATES["salesforce_merge"], RATES["salesforce_merge_chain"]),
        (HS_CONTACT, RATES["hubspot_merge"], RATES["hubspot_merge_chain"]),
        (MK_LEAD, RATES["marketo_merge"], 0.004),
    ):
        who = some(kind, rate)
        # The duplicate is the older record now and then, so that the earliest record is a deleted one.
        older = who % 3 == 0
        created = np.where(older, people.created[who] - 9 * DAY, later(who, 1, 12))
        form = np.where(who % 2 == 0, MISSING if kind == SF_LEAD else PLAIN, PLAIN)
        losers = add(
            who, kind, created, form, main[kind, who], np.minimum(later(who, 13, 60), span_end), MERGED
        )
        chained = who[: max(1, round(len(who) * chain_rate / rate))] if len(who) else who
        if len(chained):
            masters = losers[: len(chained)]
            add(
                chained, kind, created[: len(chained)] + HOUR,
                np.full(len(chained), PLAIN if kind == HS_CONTACT else MISSING),
                masters, parts[-1][5][: len(chained)] - DAY // 2, MERGED,
            )  # fmt: skip
    if "salesforce" in sources:
        # A second lead of somebody whose first was converted: it is converted into the same contact.
        can = np.flatnonzero((converted < NEVER) & (people.kind == 0) & (main[SF_LEAD] >= 0))
        who = np.sort(rng.permutation(can)[: max(3, round(count * RATES["several_leads_one_contact"]))])
        add(who, SF_LEAD, (people.created[who] + converted[who]) // 2, np.full(len(who), PLAIN))
        who = some(SF_LEAD, RATES["open_duplicate"])
        who = who[converted[who] == NEVER]
        add(who, SF_LEAD, later(who, 1, 90))
        for name, how in (("salesforce_soft_delete", SOFT), ("salesforce_hard_delete", HARD)):
            who = some(SF_LEAD, RATES[name])
            add(who, SF_LEAD, later(who, 1, 20), np.full(len(who), MISSING if how == HARD else PLAIN),
                gone_at=np.minimum(later(who, 21, 80), span_end), how=how)  # fmt: skip
    if "pardot" in sources:
        who = some(PD_PROSPECT, RATES["pardot_duplicate_email"])
        add(who, PD_PROSPECT, later(who, 1, 60))
    person, kinds, born, forms, masters, gone, manner = (
        np.concatenate([np.full(len(part[0]), part[i]) if i == 1 else part[i] for part in parts])
        for i in range(7)
    )
    number: Ints = np.zeros(len(person), dtype=np.int64)
    for code in range(5):
        index = np.flatnonzero(kinds == code)
        order = np.lexsort((index, born[index]))
        number[index[order]] = np.arange(len(index))
    gone_at = np.where(manner == KEPT, NEVER, np.maximum(gone, born + HOUR))
    return Records(person, kinds.astype(np.int64), number, born, forms, masters, gone_at, manner, main)
