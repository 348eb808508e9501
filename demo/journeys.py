"""What people do, and what reps do about it.

Engagements come first; the signed definitions decide who becomes an MQL by them; reps then accept, reject, meet, sell,
win and lose, each with a temper of their own; whoever is recycled or lost may qualify again on what comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from demo import words
from demo.calendars import Calendar, load_calendars, read_seed
from demo.columns import DAY, HOUR, MINUTE, NEVER, SECOND, Bools, Floats, Ints, choose, stream
from demo.company import CALENDARS, COUNTRY_CURRENCY, Company
from demo.definitions import TYPE_CODE, first_mql
from demo.people import (
    CRM_CONTACT,
    CRM_HUBSPOT,
    CRM_LEAD,
    CRM_NONE,
    MAP_HUBSPOT,
    MAP_MARKETO,
    MAP_NONE,
    MAP_PARDOT,
    SOURCES,
    People,
    working_moments,
)
from demo.traps import RATES

VIA_MAP, VIA_MEMBER, VIA_FILE, VIA_PROGRAM = range(4)
# Status codes of the sales process, each system spells them its own way.
NEW, QUALIFIED, ACCEPTED, REJECTED, CONVERTED, NURTURED, SALES_QUALIFIED = range(7)
REASONS = [
    "Bad fit: company size", "Wrong title", "Not ready", "No budget", "Bad data", "Competitor", "Duplicate",
    "Bad timing", "No contact info", "Select",
]  # fmt: skip
LOSS_REASONS = ["No decision", "Price", "Lost to competitor", "No budget", "Timing", "Champion left", "Wrong account",
                "Wrong contact", "Went dark"]  # fmt: skip
OPEN_STAGES = ["Qualification", "Proposal", "Negotiation"]
T = TYPE_CODE
QUARTER = 15 * MINUTE


@dataclass
class Acts:
    """Engagements in order of person and time."""

    person: Ints
    at: Ints
    kind: Ints
    campaign: Ints  # index of the campaign, or of the e-mail for e-mail acts; -1 without
    message: Ints  # e-mail sent to a person; -1 elsewhere
    link: Ints
    bot: Ints  # 0 human, 1 by timing only, 2 the source says so
    via: Ints
    known: Ints  # when the fact reaches an extract

    def __len__(self) -> int:
        return len(self.person)

    def take(self, index: Ints | Bools) -> Acts:
        """A selection of the acts, in the given order."""
        return Acts(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass
class Log:
    """Changes in order of time: who, when, to what, with a reason, by whom."""

    person: Ints
    at: Ints
    value: Ints
    reason: Ints
    by: Ints

    def __len__(self) -> int:
        return len(self.person)


@dataclass
class Deals:
    """Opportunities."""

    person: Ints
    created: Ints
    closed: Ints  # NEVER while open
    won: Bools
    amount: Floats
    currency: Ints
    reason: Ints
    owner: Ints
    campaign: Ints
    proposal: Ints
    negotiation: Ints
    moved: Ints  # planned close, for the forecast

    def __len__(self) -> int:
        return len(self.person)


@dataclass
class Outreach:
    """What sales did: tasks, messages and meetings."""

    person: Ints
    at: Ints
    kind: Ints  # 0 call, 1 e-mail, 2 sequence step, 3 message, 4 meeting, 5 next meeting
    owner: Ints
    made: Ints  # when the task was created
    done: Bools  # completed, or for a meeting: held
    future: Bools  # a dated next step


@dataclass
class Journeys:
    """Everything that happened."""

    acts: Acts
    statuses: Log
    owners: Log  # value: rep index, or -1 - queue
    deals: Deals
    outreach: Outreach
    emails_at: Ints
    converted: Ints  # per person: when the Salesforce lead was converted
    mql: Log  # value: clause, reason: cycle


def build_journeys(company: Company, people: People, seed: int, months: int) -> Journeys:
    """Act out every person's history up to the company's end."""
    emails_at = _email_calendar(company)
    acts = _acts(company, people, seed, emails_at)
    return _sell(company, people, acts, seed, emails_at)


def _email_calendar(company: Company) -> Ints:
    days = np.arange(company.start // DAY, company.end // DAY)
    weekday = (days + 3) % 7
    return days[(weekday == 1) | (weekday == 3)] * DAY + 14 * HOUR


def _acts(company: Company, people: People, seed: int, emails_at: Ints) -> Acts:
    rng = stream(seed, "acts")
    count = len(people)
    parts: list[tuple[Any, ...]] = []

    def add(person: Ints, at: Ints, kind: Ints | int, campaign: Ints | int = -1, message: Ints | int = -1,
            link: Ints | int = -1, bot: Ints | int = 0, via: Ints | int = VIA_MAP) -> None:  # fmt: skip
        size = len(person)
        columns: list[Any] = [person.astype(np.int32), at]
        for value, kind_of in ((kind, np.int8), (campaign, np.int32), (message, np.int32), (link, np.int8),
                               (bot, np.int8), (via, np.int8)):  # fmt: skip
            columns.append(np.broadcast_to(np.asarray(value, dtype=kind_of), size))
        parts.append(tuple(columns))

    _emails(rng, company, people, emails_at, add)
    _visits(rng, company, people, add)
    _arrivals(rng, company, people, add)
    signals = rng.poisson(np.where(people.company >= 0, 0.12, 0.0))
    who = np.repeat(np.arange(count), signals)
    add(who, people.created[who] + (rng.exponential(30, len(who)) * DAY).astype(np.int64), T["third_party_intent"],
        link=rng.integers(0, 5, len(who)), via=VIA_FILE)  # fmt: skip
    person, at, kind, campaign, message, link, bot, via = (
        np.concatenate([part[i] for part in parts]) for i in range(8)
    )
    parts.clear()
    # Nobody's own acts reach a system that does not exist for them.
    reach = (via != VIA_MAP) | (people.map[person] != MAP_NONE)
    reach &= (via != VIA_MEMBER) | np.isin(people.crm[person], (CRM_LEAD, CRM_CONTACT))
    reach &= (at < company.end) & (at >= company.start - 30 * DAY)
    keep = np.flatnonzero(reach)
    keep = keep[np.lexsort((kind[keep], at[keep], person[keep]))]
    keep = keep[~_repeats(person[keep], at[keep], kind[keep], campaign[keep], link[keep], via[keep])]
    known = at[keep] + rng.integers(5 * MINUTE, 3 * HOUR, len(keep))
    late = rng.random(len(keep)) < RATES["late_event"]
    known[late] += (rng.random(int(late.sum())) * 20 * DAY).astype(np.int64) + DAY
    return Acts(person[keep], at[keep], kind[keep], campaign[keep], message[keep], link[keep], bot[keep], via[keep],
                known)  # fmt: skip


def _repeats(person: Ints, at: Ints, kind: Ints, campaign: Ints, link: Ints, via: Ints) -> Bools:
    """Visits and forms repeated within about a minute: left out, except the pair that two systems report on purpose."""
    out = np.zeros(len(person), dtype=bool)
    rows = np.flatnonzero(~np.isin(kind, [T[name] for name in T if name.startswith("email_")]))
    asset = campaign[rows].astype(np.int64) * 16 + link[rows] + 1
    order = rows[np.lexsort((at[rows], asset, kind[rows], person[rows]))]
    asset = campaign[order].astype(np.int64) * 16 + link[order] + 1
    near = at[order][1:] - at[order][:-1] <= 65 * SECOND
    same = (
        (person[order][1:] == person[order][:-1])
        & (kind[order][1:] == kind[order][:-1])
        & (asset[1:] == asset[:-1])
    )
    pair = (via[order][:-1] == VIA_MAP) & (via[order][1:] == VIA_MEMBER)
    out[order[1:]] = near & same & ~pair
    return out


def _emails(rng, company, people, emails_at, add) -> None:  # type: ignore[no-untyped-def]
    count = len(people)
    first = np.searchsorted(emails_at, people.created)
    left = len(emails_at) - first
    wanted = np.where((people.map != MAP_NONE) & (left > 0), rng.poisson(3.1, count), 0)
    who = np.repeat(np.arange(count), wanted)
    offset = np.minimum(rng.exponential(14, len(who)).astype(np.int64), left[who] - 1)
    key = np.unique(who * np.int64(len(emails_at)) + first[who] + offset)
    who, mail = np.divmod(key, len(emails_at))
    # After a hard bounce nothing more is sent.
    opening = np.concatenate([[True], who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=bool)
    keep = ~people.bounces[who] | opening
    who, mail = who[keep], mail[keep]
    size = len(who)
    message = np.arange(size)
    sent = emails_at[mail] + rng.integers(0, 20 * MINUTE, size)
    add(who, sent, T["email_sent"], mail, message)
    arrived = sent + rng.integers(SECOND, MINUTE, size)
    hard = people.bounces[who]
    soft = ~hard & (rng.random(size) < 0.015 + 0.02 * (people.source[who] == 5))
    add(who[hard], arrived[hard], T["email_hard_bounced"], mail[hard], message[hard])
    add(who[soft], arrived[soft], T["email_soft_bounced"], mail[soft], message[soft])
    fine = ~hard & ~soft
    told = fine & (people.map[who] != MAP_PARDOT)
    add(who[told], arrived[told], T["email_delivered"], mail[told], message[told])
    bot = fine & (rng.random(size) < RATES["bot"]) & (people.map[who] != MAP_PARDOT)
    flag = np.where(rng.random(size) < 0.5, 2, 1)
    scan = arrived + rng.integers(SECOND, 3 * SECOND, size)
    add(who[bot], scan[bot], T["email_opened"], mail[bot], message[bot], bot=flag[bot])
    for link in range(3):
        click = scan + link * 150_000 + rng.integers(0, 100_000, size)
        add(who[bot], click[bot], T["email_clicked"], mail[bot], message[bot], link, flag[bot])
    warm = np.clip(0.2 + 0.12 * people.interest[who], 0, 0.8)
    opened = fine & (rng.random(size) < warm)
    seen = arrived + 20 * SECOND + (np.exp(rng.normal(8.5, 1.6, size)) * SECOND).astype(np.int64)
    add(who[opened], seen[opened], T["email_opened"], mail[opened], message[opened])
    clicked = opened & (rng.random(size) < np.clip(0.1 + 0.1 * people.interest[who], 0, 0.6))
    reading = rng.integers(5 * SECOND, 3 * MINUTE, size)
    add(who[clicked], (seen + reading)[clicked], T["email_clicked"], mail[clicked], message[clicked],
        rng.integers(0, 4, int(clicked.sum())))  # fmt: skip
    gone = opened & (rng.random(size) < 0.006)
    add(who[gone], (seen + 3 * MINUTE + reading)[gone], T["email_unsubscribed"], mail[gone], message[gone])


def _visits(rng, company, people, add) -> None:  # type: ignore[no-untyped-def]
    count = len(people)
    visits = rng.poisson(np.clip(0.75 * people.interest, 0, 6))
    who = np.repeat(np.arange(count), visits)
    size = len(who)
    gap = rng.exponential(25, size) * DAY
    at = people.created[who] + gap.astype(np.int64) + rng.integers(10 * MINUTE, 6 * HOUR, size)
    pages = 1 + rng.poisson(1.1, size)
    which = np.repeat(np.arange(size), pages)
    step = np.arange(len(which)) - np.repeat(np.cumsum(pages) - pages, pages)
    moment = at[which] + step * 150 * SECOND + rng.integers(0, 80 * SECOND, len(which))
    pricing = rng.random(len(which)) < 0.16
    kind = np.where(pricing, T["pricing_page_viewed"], T["page_viewed"])
    first = (step == 0) & (people.source[who[which]] == 2) & (rng.random(len(which)) < 0.4)
    first &= people.map[who[which]] == MAP_HUBSPOT
    kind = np.where(first, T["ad_clicked"], kind)
    add(who[which], moment, kind, link=rng.integers(0, 6, len(which)))
    # A form now and then ends a visit.
    form = rng.random(size) < 0.14
    kinds = np.array([T[name] for name in ("content_downloaded", "webinar_registered", "demo_requested",
                                           "contact_sales_requested", "trial_started", "form_submitted")])  # fmt: skip
    kind = kinds[choose(rng, [48, 22, 11, 6, 6, 7], size)]
    done = at + pages * 150 * SECOND + rng.integers(0, MINUTE, size)
    _forms(rng, company, people, who[form], done[form], kind[form], add)
    # What an anonymous visitor did before becoming a lead counts as well; a file says so by e-mail address.
    early = np.flatnonzero(rng.random(count) < 0.12)
    add(early, people.created[early] - rng.integers(HOUR, 20 * DAY, len(early)), T["page_viewed"],
        link=rng.integers(0, 6, len(early)), via=VIA_FILE)  # fmt: skip


def _campaign_near(company: Company, kind: int, at: Ints) -> Ints:
    """The latest campaign of a kind that had started by then, else the first."""
    of_kind = np.flatnonzero(company.campaigns.kind == kind)
    index = np.clip(np.searchsorted(company.campaigns.start[of_kind], at, side="right") - 1, 0, None)
    return of_kind[index]


def _forms(rng, company, people, who, at, kind, add) -> None:  # type: ignore[no-untyped-def]
    webinar = kind == T["webinar_registered"]
    content = kind == T["content_downloaded"]
    campaign = np.where(
        webinar, _campaign_near(company, 0, at), np.where(content, _campaign_near(company, 2, at), -1)
    )
    # Pardot knows downloads as such and registrations by their own code; Marketo reads "download" from the form.
    add(who, at, kind, campaign)
    # The registration lands in Salesforce as a campaign member too: one act, two systems.
    known = webinar & (people.map[who] == MAP_HUBSPOT)
    again = known & (rng.random(len(who)) < RATES["same_act_twice"])
    add(who[again], at[again] + rng.integers(2 * SECOND, 50 * SECOND, int(again.sum())), T["webinar_registered"],
        campaign[again], via=VIA_MEMBER)  # fmt: skip
    # Those who did not yet become a member by registering become one by attending.
    came = webinar & ~again & (rng.random(len(who)) < 0.6)
    add(
        who[came],
        at[came] + rng.integers(DAY, 6 * DAY, int(came.sum())),
        T["webinar_attended"],
        campaign[came],
        via=np.where(people.map[who[came]] == MAP_MARKETO, VIA_PROGRAM, VIA_MEMBER),
    )


def _arrivals(rng, company, people, add) -> None:  # type: ignore[no-untyped-def]
    count = len(people)
    start = people.created
    style = np.array([row[5] for row in SOURCES], dtype=object)[people.source]
    # The form is often sent a moment before the record exists.
    before = start - np.where(rng.random(count) < 0.5, rng.integers(SECOND, 20 * SECOND, count), 0)
    everyone = np.arange(count)
    for name, act in (("webinar", "webinar_registered"), ("content", "content_downloaded")):
        who = everyone[style == name]
        with_map = who[people.map[who] != MAP_NONE]
        _forms(rng, company, people, with_map, before[with_map], np.full(len(with_map), T[act]), add)
        rest = who[people.map[who] == MAP_NONE]
        campaign = _campaign_near(company, 0 if name == "webinar" else 2, start[rest])
        add(rest, start[rest] + 5 * MINUTE, T[act], campaign, via=VIA_MEMBER)
    who = everyone[style == "demo"]
    kind = np.array([T["demo_requested"], T["contact_sales_requested"], T["form_submitted"]])
    add(who, before[who], kind[choose(rng, [40, 20, 40], len(who))])
    who = everyone[style == "web"]
    add(who, before[who], np.where(rng.random(len(who)) < 0.1, T["demo_requested"], T["form_submitted"]))
    who = everyone[style == "event"]
    campaign = _campaign_near(company, 1, start[who])
    kind = np.where(rng.random(len(who)) < 0.7, T["event_attended"], T["event_registered"])
    add(who, start[who] + 10 * MINUTE, kind, campaign, via=VIA_MEMBER)


class _Desk:
    """The reps' calendars, and time measured in their opening hours."""

    def __init__(self, company: Company) -> None:
        first = datetime.fromtimestamp((company.start - 60 * DAY) / SECOND, UTC).date()
        last = datetime.fromtimestamp((company.end + 400 * DAY) / SECOND, UTC).date()
        every = load_calendars(first, last)
        self.calendars: list[Calendar] = [every[name] for name in CALENDARS]
        self.reps = company.reps

    def after(self, rep: Ints, at: Ints, hours: Floats) -> Ints:
        """The instant at which `hours` opening hours of each rep have passed since `at`."""
        moved = at >= self.reps.moves_at
        calendar = np.where(moved, self.reps.calendar_later[rep], self.reps.calendar[rep])
        out = np.empty(len(rep), dtype=np.int64)
        span = (np.asarray(hours) * HOUR).astype(np.int64)
        for code, item in enumerate(self.calendars):
            here = calendar == code
            out[here] = item.add(at[here], span[here])
        return out


def _chance(rng: np.random.Generator, log_odds: Floats) -> Bools:
    return rng.random(len(log_odds)) < 1 / (1 + np.exp(-log_odds))


def _sell(company: Company, people: People, acts: Acts, seed: int, emails_at: Ints) -> Journeys:
    rng = stream(seed, "sales")
    desk = _Desk(company)
    count, end = len(people), company.end
    reps, companies = company.reps, company.companies
    executives = np.flatnonzero(reps.role == 1)
    dispositions = {row["raw_reason"]: row for row in read_seed("rejection_reasons")}
    reenter = np.array(
        [dispositions.get(name, {"can_reenter": "true"})["can_reenter"] == "true" for name in REASONS]
    )
    safe = np.clip(people.company, 0, None)
    inside = people.company >= 0
    title = people.title
    decides = np.array([row[2] == "decision_maker" for row in words.TITLES])[title]
    influences = np.array([row[2] == "influencer" for row in words.TITLES])[title]
    fixed = 15 * (decides & (title < 7)) + 10 * decides + 15 * (inside & companies.is_icp[safe])
    target_from = np.where(inside, companies.target_from[safe], NEVER)
    target_to = np.where(inside, companies.target_to[safe], NEVER)
    status: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
    owner: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
    deals: list[tuple[Any, ...]] = []
    outreach: list[tuple[Any, ...]] = []
    mqls: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
    win_odds = np.array([row[4] for row in SOURCES])
    converted = np.full(count, NEVER, dtype=np.int64)
    automation = int(np.flatnonzero(reps.role == 4)[0])

    def log(
        target: list, person: Ints, at: Ints, value: Ints | int, reason: Ints | int, by: Ints | int
    ) -> None:
        use = at < end
        size = len(person)
        row = [person, at] + [
            np.broadcast_to(np.asarray(x, dtype=np.int64), size) for x in (value, reason, by)
        ]
        target.append(tuple(column[use] for column in row))

    def touch(
        person: Ints,
        at: Ints,
        kind: Ints | int,
        by: Ints,
        done: Bools,
        future: bool = False,
        made: Ints | None = None,
    ) -> None:
        size = len(person)
        if made is None:
            made = at - rng.integers(MINUTE, 2 * HOUR, size)
        kinds = np.broadcast_to(np.asarray(kind, dtype=np.int64), size)
        outreach.append((person, at, kinds, by, made, done, np.full(size, future)))

    useful = (acts.bot == 0) & (people.kind[acts.person] != 3) & (people.kind[acts.person] != 4)
    base_p, base_t, base_k = (column[useful] for column in (acts.person, acts.at, acts.kind))
    cycle_start = people.created.copy()
    in_play = np.ones(count, dtype=bool)
    for cycle in range(4):
        if cycle == 0:
            p, t, k, bound = base_p, base_t, base_k, cycle_start
        else:
            use = in_play[base_p] & (base_t > cycle_start[base_p])
            p, t, k = base_p[use], base_t[use], base_k[use]
            bound = np.where(in_play, cycle_start, NEVER)
        mql, clause = first_mql(count, p, t, k, bound, fixed, target_from, target_to, end)
        who = np.flatnonzero((mql < NEVER) & in_play)
        log(mqls, who, mql[who], clause[who], cycle + 1, -1)
        in_play[:] = False
        who = who[people.crm[who] != CRM_NONE]
        if not len(who):
            break
        at, rep = mql[who], people.rep[who]
        size = len(who)
        raised = clause[who] == 0
        stamp = at + rng.integers(30 * SECOND, 8 * MINUTE, size)
        log(status, who, stamp, QUALIFIED, -1, automation)
        delay = np.where(
            rng.random(size) < 0.07, rng.uniform(2.5, 30, size), np.exp(rng.normal(-1.6, 0.8, size))
        )
        handed = stamp + (delay * HOUR).astype(np.int64)
        log(owner, who, handed, rep, -1, automation)
        ignored = rng.random(size) < np.where(reps.speed[rep] > 6, 0.12, 0.03)
        hours = reps.speed[rep] * np.exp(rng.normal(0, 0.7, size)) * np.where(raised, 0.4, 1.0)
        decided = np.where(ignored, NEVER, desk.after(rep, handed, hours))
        accepts = _chance(rng, 0.7 + reps.bias[rep] + 0.9 * people.quality[who] + np.where(raised, 0.8, 0.0))
        hasty = rng.random(size) < RATES["same_day_decision"]
        accepts &= ~hasty
        # Outreach starts with the hand-off and goes on every other working day.
        human = rng.poisson(reps.diligence[rep] * np.where(accepts, 1.0, 0.3))
        human = np.where(ignored, 0, np.maximum(human, accepts))
        row = np.repeat(np.arange(size), human)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(human) - human, human)
        wait = np.exp(rng.normal(-0.6, 0.8, len(row))) * reps.speed[rep[row]] + turn * rng.uniform(
            7, 15, len(row)
        )
        when = desk.after(rep[row], handed[row], wait)
        kind = np.where(
            rng.random(len(row)) < RATES["sequence_step"], 2, choose(rng, [50, 42, 0, 8], len(row))
        )
        kind = np.where((turn == 0) & (kind == 2), 0, kind)
        touch(who[row], when, kind, rep[row], rng.random(len(row)) > RATES["open_task"])
        # Acceptance
        yes = accepts & (decided < end)
        log(
            status,
            who[accepts & ~ignored],
            decided[accepts & ~ignored],
            ACCEPTED,
            -1,
            rep[accepts & ~ignored],
        )
        # Same day: accepted and rejected within the hour
        both = hasty & ~ignored
        log(status, who[both], decided[both] - rng.integers(8 * MINUTE, 50 * MINUTE, int(both.sum())), ACCEPTED, -1,
            rep[both])  # fmt: skip
        rejected = np.where(~accepts & ~ignored, decided, NEVER)
        # Meetings, next steps, opportunities
        meets = yes & _chance(rng, 0.6 + 0.5 * people.quality[who])
        meeting = np.where(
            meets, desk.after(rep, decided, rng.uniform(3, 36, size)) // (15 * MINUTE) * 15 * MINUTE, NEVER
        )
        held = meets & (rng.random(size) < 0.82)
        # Most reps log the call when it is over; a booking beforehand is itself a dated next step.
        booked = rng.random(size) < 0.15
        ahead = np.minimum(decided + rng.integers(2 * MINUTE, HOUR, size), meeting - MINUTE)
        logged = np.where(booked, ahead, meeting + rng.integers(32, 240, size) * MINUTE)
        touch(who[meets], meeting[meets], 4, rep[meets], held[meets], made=logged[meets])
        over = np.where(held, meeting + 30 * MINUTE, NEVER)
        buyer = held & (decides | influences)[who]
        log(status, who[buyer], over[buyer] + rng.integers(MINUTE, 3 * HOUR, int(buyer.sum())), SALES_QUALIFIED, -1,
            rep[buyer])  # fmt: skip
        sells = held & _chance(rng, 0.5 + 0.6 * people.quality[who]) & inside[who]
        opened = np.where(sells, desk.after(rep, over, rng.uniform(0.5, 20, size)), NEVER)
        sells &= opened < end
        seller = executives[rng.integers(0, len(executives), size)]
        length = (rng.gamma(3.0, 13.0, size) + 5) * DAY
        closes = opened + np.where(sells, length, 0).astype(np.int64)
        won = _chance(
            rng,
            -1.1 + 0.5 * people.quality[who] + win_odds[people.source[who]],
        )
        s = np.flatnonzero(sells)
        firm = safe[who[s]]
        amount = np.round(
            np.exp(rng.normal(9.6, 0.6, len(s))) * np.where(companies.tier[firm] > 0, 1.8, 1.0), -2
        )
        currency = np.array(COUNTRY_CURRENCY)[companies.country[firm]]
        campaign = np.where(
            rng.random(len(s)) < 0.6, rng.integers(0, len(company.campaigns.kind), len(s)), -1
        )
        closed = np.where(closes[s] < end, closes[s], NEVER)
        deals.append((
            who[s], opened[s], closed, won[s], amount, currency,
            np.where(won[s], -1, choose(rng, [20, 14, 16, 12, 14, 6, 6, 6, 6], len(s))), seller[s], campaign,
            opened[s] + (length[s] * 0.3).astype(np.int64), opened[s] + (length[s] * 0.65).astype(np.int64), closes[s],
        ))  # fmt: skip
        log(status, who[s], opened[s], CONVERTED, -1, rep[s])
        log(owner, who[s], opened[s] + MINUTE, seller[s], -1, rep[s])
        lead = who[s][people.crm[who[s]] == CRM_LEAD]
        converted[lead] = np.minimum(converted[lead], opened[s][people.crm[who[s]] == CRM_LEAD])
        # A dated next step after a good meeting.
        step = np.flatnonzero(held & (rng.random(size) < 0.6))
        touch(
            who[step],
            meeting[step] + rng.integers(3, 12, len(step)) * DAY,
            5,
            rep[step],
            rng.random(len(step)) < 0.85,
            future=True,
            made=meeting[step] + rng.integers(35, 300, len(step)) * MINUTE,
        )
        # Rejected after all
        late_no = yes & ~sells & (rng.random(size) < 0.65) & (opened == NEVER)
        rejected = np.where(
            late_no, desk.after(rep, np.where(held, over, decided), rng.uniform(10, 60, size)), rejected
        )
        fit = inside[who] & companies.is_icp[safe[who]]
        reason = np.where(
            ~fit & (rng.random(size) < 0.5), 0,
            np.where(title[who] >= 11, choose(rng, [0, 6, 3, 1], size),
                     choose(rng, [2, 6, 30, 14, 8, 8, 3, 14, 5], size)),
        )  # fmt: skip
        reason = np.where(
            rng.random(size) < RATES["no_reason"], np.where(rng.random(size) < 0.5, -1, 9), reason
        )
        no = np.flatnonzero(rejected < end)
        log(status, who[no], rejected[no], REJECTED, reason[no], rep[no])
        back = no[np.where(reason[no] >= 0, reenter[reason[no]], True)]
        in_play[who[back]] = True
        cycle_start[who[back]] = rejected[back]
        nurture = rejected[back] + rng.integers(2 * HOUR, 30 * HOUR, len(back))
        some = rng.random(len(back)) < 0.7
        log(status, who[back][some], nurture[some], NURTURED, -1, automation)
        log(
            owner,
            who[back][some],
            nurture[some] + SECOND,
            -1 - people.rep[who[back][some]] % 3,
            -1,
            automation,
        )
        lost = s[(closed < NEVER) & ~won[s]]
        in_play[who[lost]] = True
        cycle_start[who[lost]] = closes[lost]

    def gather(rows: list, width: int) -> list[Ints]:
        if not rows:
            return [np.zeros(0, dtype=np.int64) for _ in range(width)]
        return [np.concatenate([row[i] for row in rows]) for i in range(width)]

    def ordered(rows: list) -> Log:
        columns = gather(rows, 5)
        order = np.lexsort((columns[1], columns[0]))
        return Log(*(column[order] for column in columns))

    deal = gather(deals, 12)
    order = np.argsort(deal[1], kind="stable")
    sold = Deals(*(column[order] for column in deal))
    sold.won = sold.won.astype(bool) & (sold.closed < NEVER)
    work = gather(outreach, 7)
    use = work[4] < end
    order = np.flatnonzero(use)[np.argsort(work[4][use], kind="stable")]
    return Journeys(
        acts=acts,
        statuses=ordered(status),
        owners=ordered(owner),
        deals=sold,
        outreach=Outreach(*(column[order] for column in work)),
        emails_at=emails_at,
        converted=converted,
        mql=ordered(mqls),
    )


__all__ = ["CRM_CONTACT", "CRM_HUBSPOT", "MAP_MARKETO", "build_journeys", "working_moments"]
