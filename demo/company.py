"""The demo organisation and its market: companies, reps, queues and campaigns, each with a temper of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from demo import words
from demo.columns import DAY, NEVER, Bools, Floats, Ints, choose, stream
from demo.definitions import local_days
from demo.traps import RATES

ObjectArray = npt.NDArray[np.object_]

COUNTRIES = ["US", "GB", "DE", "CA", "FR", "NL", "AU", "IE", "JP", "BR"]
COUNTRY_NAMES = [
    "United States", "United Kingdom", "Germany", "Canada", "France", "Netherlands", "Australia", "Ireland", "Japan",
    "Brazil",
]  # fmt: skip
COUNTRY_WEIGHTS = [46, 15, 13, 7, 5, 4, 3, 2, 3, 2]
COUNTRY_CALENDAR = [0, 2, 3, 0, 3, 3, 1, 2, 1, 0]  # index into CALENDARS: who sells there
COUNTRY_CURRENCY = [0, 1, 2, 0, 2, 2, 0, 2, 0, 0]
COUNTRY_TLD = ["com", "co.uk", "de", "ca", "fr", "nl", "com.au", "ie", "co.jp", "com.br"]
CALENDARS = ["us_east", "us_west", "uk", "germany"]
ZONES = ["America/New_York", "America/Los_Angeles", "Europe/London", "Europe/Berlin"]
CURRENCIES = ["USD", "GBP", "EUR"]
INDUSTRIES = [
    "Software", "Financial Services", "Healthcare", "Manufacturing", "Retail", "Logistics", "Technology",
    "Agriculture", "Education", "Government",
]  # fmt: skip
FITTING_INDUSTRIES = 7
INDUSTRY_WEIGHTS = [18, 14, 11, 14, 12, 9, 10, 4, 4, 4]
FITTING_COUNTRIES = 8
LEGAL_SUFFIX = ["Inc.", "Ltd", "GmbH", "Inc.", "SAS", "B.V.", "Pty Ltd", "Ltd", "K.K.", "Ltda"]


@dataclass
class Companies:
    """One element per company of the market, whether a system knows it as an account or not."""

    name: ObjectArray
    domain: ObjectArray
    country: Ints
    industry: Ints
    employees: Ints
    revenue: Floats
    created: Ints
    parent: Ints
    in_salesforce: Bools
    in_hubspot: Bools
    tier: Ints  # 0: not on the target list
    target_from: Ints
    target_to: Ints
    added_on: Ints  # days since 1970, -1: never
    removed_on: Ints
    rep: Ints
    domain_known: Bools  # the CRM record carries the website
    shared_with: Ints  # another company with the same domain, or -1
    duplicate_of: Ints  # Salesforce duplicate that was merged into this company, or -1
    duplicate_at: Ints

    def __len__(self) -> int:
        return len(self.name)

    @property
    def is_icp(self) -> Bools:
        """Fits the ideal customer profile of both signed versions."""
        return (
            (self.employees >= 50)
            & (self.employees <= 5000)
            & (self.industry < FITTING_INDUSTRIES)
            & (self.country < FITTING_COUNTRIES)
        )


@dataclass
class Reps:
    """Users of the CRM: development reps first, then account executives, managers, and two service users."""

    first: ObjectArray
    last: ObjectArray
    role: Ints  # 0 development rep, 1 account executive, 2 manager, 3 administrator, 4 marketing automation
    calendar: Ints
    calendar_later: Ints  # where a rep moved to, else the same
    moves_at: int
    speed: Floats  # median business hours until a decision
    bias: Floats  # log-odds added to acceptance
    diligence: Floats  # mean touches on a lead
    manager: Ints
    active: Bools

    def __len__(self) -> int:
        return len(self.first)


@dataclass
class Campaigns:
    """Campaigns of all kinds, in order of their start."""

    name: ObjectArray
    kind: Ints
    start: Ints
    end: Ints
    cost: Floats
    quality: Floats


CAMPAIGN_KINDS = ["Webinar", "Conference", "Content", "Advertisement", "Email", "Partner"]
CAMPAIGN_TOPICS = ["Pipeline Clinic", "Forecast Masterclass", "Attribution Field Guide", "Revenue Summit",
                   "Lead Routing", "Account Signals", "Quota Season", "Data Trust"]  # fmt: skip


@dataclass
class Company:
    """The whole stage on which the journeys happen."""

    companies: Companies
    reps: Reps
    campaigns: Campaigns
    start: int
    end: int
    queue_names: list[str] = field(default_factory=lambda: ["Inbound Queue", "EMEA Queue", "Partner Queue"])


def build_company(leads: int, months: int, seed: int, start: int, end: int) -> Company:
    """Draw companies, reps and campaigns for a company of that many leads."""
    return Company(
        companies=_companies(leads, seed, start, end),
        reps=_reps(leads, seed, start, end),
        campaigns=_campaigns(months, seed, start, end),
        start=start,
        end=end,
    )


def _companies(leads: int, seed: int, start: int, end: int) -> Companies:
    rng = stream(seed, "companies")
    count = max(60, leads * 15 // 100)
    space = len(words.COMPANY_A) * len(words.COMPANY_B) * len(words.COMPANY_C)
    rounds = -(-count // space)
    combos = np.concatenate([rng.permutation(space) + turn * space for turn in range(rounds)])[:count]
    country = choose(rng, COUNTRY_WEIGHTS, count)
    industry = choose(rng, INDUSTRY_WEIGHTS, count)
    name = np.empty(count, dtype=object)
    domain = np.empty(count, dtype=object)
    for i, combo in enumerate(combos.tolist()):
        turn, within = divmod(combo, space)
        rest, c = divmod(within, len(words.COMPANY_C))
        a, b = divmod(rest, len(words.COMPANY_B))
        stem = words.COMPANY_A[a] + words.COMPANY_B[b].lower()
        last = words.COMPANY_C[c]
        extra = "" if turn == 0 else f" {turn + 1}"
        name[i] = f"{stem} {last}{extra} {LEGAL_SUFFIX[country[i]]}"
        domain[i] = f"{stem.lower()}-{last.lower()}{extra.strip()}.{COUNTRY_TLD[country[i]]}"
    for i, (look_name, look_domain) in enumerate(words.LOOK_ALIKES):
        name[i], domain[i] = look_name, look_domain
    parent = np.full(count, -1, dtype=np.int64)
    shared = np.full(count, -1, dtype=np.int64)
    # Places 10 and after are free for families: subsidiaries, and offices that share one domain.
    family = np.flatnonzero(rng.random(count) < RATES["subsidiary"])
    family = family[(family > 20) & (family % 4 == 1)]
    parent[family] = family - 1
    offices = np.flatnonzero(rng.random(count) < RATES["shared_domain"] * 4)
    offices = np.union1d(offices[(offices > 20) & (offices % 4 == 3)], [23, 27])
    shared[offices] = offices - 1
    domain[offices] = domain[offices - 1]
    with_parent = offices[offices % 8 == 3]
    parent[with_parent] = with_parent - 1
    # A loop in the hierarchy: 12 -> 13 -> 12.
    parent[12], parent[13] = 13, 12
    # A company with a name of its own alphabet.
    domain[16] = "müller-werke.de"
    name[16] = "Müller Werke GmbH"
    country[16] = 2
    employees = np.clip(np.exp(rng.normal(5.6, 1.4, count)), 3, 90_000).astype(np.int64)
    known = rng.random(count)
    in_salesforce = known < 0.72
    in_hubspot = ((known > 0.2) & (known < 0.8)) | (known > 0.94)
    fixed = np.concatenate([np.arange(21), family, family - 1, offices, offices - 1])
    in_salesforce[fixed] = True
    in_hubspot[:6] = True
    unknown = ~in_salesforce & ~in_hubspot
    # Companies that no system knows become inferred accounts; they are outside the profile.
    employees[unknown] = np.minimum(employees[unknown], 40)
    fits = (
        (employees >= 50)
        & (employees <= 5000)
        & (industry < FITTING_INDUSTRIES)
        & (country < FITTING_COUNTRIES)
    )
    tier = np.where(fits & (rng.random(count) < 0.45) & in_salesforce, choose(rng, [3, 4, 3], count) + 1, 0)
    added_on = start // DAY + rng.integers(-60, 150, count)
    removed_on = np.minimum(added_on + rng.integers(120, 240, count), end // DAY + 1)
    removed = (tier > 0) & (rng.random(count) < 0.1)
    target_from = np.where(tier > 0, local_days(added_on), NEVER)
    target_to = np.where(removed, local_days(removed_on), NEVER)
    created = start - rng.integers(20, 1500, count) * DAY + rng.integers(0, DAY, count)
    duplicate = (rng.random(count) < RATES["account_merge"]) & in_salesforce
    duplicate[17] = True
    return Companies(
        name=name,
        domain=domain,
        country=country,
        industry=industry,
        employees=employees,
        revenue=np.round(employees * rng.lognormal(11.6, 0.4, count), -3),
        created=created,
        parent=parent,
        in_salesforce=in_salesforce,
        in_hubspot=in_hubspot,
        tier=tier,
        target_from=target_from,
        target_to=target_to,
        added_on=np.where(tier > 0, added_on, -1),
        removed_on=np.where(removed, removed_on, -1),
        rep=np.zeros(count, dtype=np.int64),
        domain_known=(rng.random(count) > 0.06) | (np.arange(count) < 21) | np.isin(np.arange(count), fixed),
        shared_with=shared,
        duplicate_of=np.where(duplicate, np.arange(count), -1),
        duplicate_at=np.where(duplicate, start + rng.integers(0, max(1, end - start), count), NEVER),
    )


def _reps(leads: int, seed: int, start: int, end: int) -> Reps:
    rng = stream(seed, "reps")
    development = int(np.clip(leads // 150, 12, 400))
    executives = max(6, development // 2)
    count = development + executives + 4 + 2
    role = np.concatenate([np.zeros(development), np.ones(executives), np.full(4, 2), [3, 4]]).astype(
        np.int64
    )
    order = np.arange(count)
    calendar = np.where(role == 2, order % 4, np.array([0, 0, 1, 2, 3, 0, 2, 3])[order % 8])
    later = calendar.copy()
    later[0] = 2  # the rep who moves from New York to London
    speed = np.exp(rng.normal(0.9, 0.5, count))
    speed[1::5] *= 4.0  # one in five is slow
    managers = np.flatnonzero(role == 2)
    first = np.array(words.FIRST, dtype=object)[(order * 7) % len(words.FIRST)]
    last = np.array(words.LAST, dtype=object)[(order * 11 + order // 70) % len(words.LAST)]
    active = np.ones(count, dtype=bool)
    active[development - 1] = False
    return Reps(
        first=first,
        last=last,
        role=role,
        calendar=calendar.astype(np.int64),
        calendar_later=later.astype(np.int64),
        moves_at=start + (end - start) * 6 // 10 // DAY * DAY,
        speed=speed,
        bias=rng.normal(0.0, 0.6, count),
        diligence=np.clip(rng.normal(5.0, 1.8, count), 1.5, 10),
        manager=np.where(role <= 1, managers[calendar], -1),
        active=active,
    )


def _campaigns(months: int, seed: int, start: int, end: int) -> Campaigns:
    rng = stream(seed, "campaigns")
    per_month = 6
    count = months * per_month
    kind = np.tile(np.arange(6), months)
    begin = (
        start + (np.repeat(np.arange(months), per_month) * 30 + np.tile([2, 5, 8, 11, 15, 19], months)) * DAY
    )
    begin = begin + 14 * 3600 * 1_000_000
    names = np.empty(count, dtype=object)
    for i in range(count):
        topic = CAMPAIGN_TOPICS[(i * 5 + i // 6) % len(CAMPAIGN_TOPICS)]
        names[i] = f"{CAMPAIGN_KINDS[kind[i]]}: {topic} {i // per_month + 1:02d}"
    base_quality = np.array([0.7, 0.5, 0.2, -0.5, -0.2, 0.9])[kind]
    cost = np.array([4000, 28000, 6000, 15000, 1500, 5000])[kind] * rng.lognormal(0, 0.3, count)
    return Campaigns(
        name=names,
        kind=kind,
        start=np.minimum(begin, end - DAY),
        end=begin + 21 * DAY,
        cost=np.round(cost, 2),
        quality=base_quality + rng.normal(0, 0.4, count),
    )


def pa_text(values: ObjectArray) -> pa.Array:
    """An object array of text as an Arrow column."""
    return pa.array(values.tolist(), pa.string())
