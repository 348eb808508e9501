"""The organisation's own flat files: ad spend, intent signals, web visits, lead ratings, e-mail verifications."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.columns import (
    DAY,
    HOUR,
    NEVER,
    SECOND,
    Ints,
    constant,
    dates,
    decimals,
    join,
    numbers,
    only,
    pick,
    salesforce_ids,
    stream,
    text_of,
    timestamps,
    where,
)
from demo.company import pa_text
from demo.definitions import TYPE_CODE as T
from demo.journeys import ACCEPTED, REASONS, REJECTED, VIA_FILE
from demo.people import CRM_NONE, MAP_HUBSPOT, SF_LEAD
from demo.vendors.hubspot import PAGES, SITE
from demo.vendors.salesforce import rep_emails
from demo.world import Extract, World

TOPICS = [
    "lead routing",
    "revenue attribution",
    "crm data quality",
    "sla management",
    "account based marketing",
]
CHANNELS = ["google_ads", "linkedin_ads", "review_site"]


class Files:
    """Writes the demo organisation's own files."""

    def __init__(self, world: World) -> None:
        self.world = world

    def at(self, cut: int) -> dict[str, Extract]:
        """No file's rows change: a correction of ad spend is a newer row of the same key."""
        return {"ad_spend": self._ad_spend(cut)}

    def static(self) -> dict[str, Extract]:
        """Every file."""
        return {
            "intent_signals": self._signals(),
            "web_visits": self._visits(),
            "lead_ratings": self._ratings(),
            "email_verifications": self._verifications(),
        }

    def _address(self, person: Ints, at: Ints) -> pa.Array:
        people = self.world.people
        email = people.email.take(pa.array(person))
        old = people.old_email.take(pa.array(person))
        return where(people.moved_at[person] > at, pc.coalesce(old, email), email)

    def _acts(self, name: str) -> Ints:
        acts = self.world.journeys.acts
        use = (acts.kind == T[name]) & (acts.via == VIA_FILE)
        people = self.world.people
        use &= np.isin(people.kind[acts.person], (0, 1, 6))
        # An address that only a tagged record carries would not be found in any system.
        use &= (people.crm[acts.person] != CRM_NONE) | (people.map[acts.person] == MAP_HUBSPOT)
        return np.flatnonzero(use)

    def _ad_spend(self, cut: int) -> Extract:
        company = self.world.company
        rng = stream(self.world.seed, "spend")
        days = np.arange(company.start // DAY, company.end // DAY)
        paid = np.flatnonzero(company.campaigns.kind == 3)
        day = np.repeat(days, len(CHANNELS))
        channel = np.tile(np.arange(len(CHANNELS)), len(days))
        current = paid[
            np.clip(np.searchsorted(company.campaigns.start[paid], day * DAY, side="right") - 1, 0, None)
        ]
        spend = np.round(np.array([160, 90, 40])[channel] * rng.lognormal(0, 0.3, len(day)), 2)
        clicks = rng.poisson(spend / 4)
        known = (day + 1) * DAY + 6 * HOUR
        # Google corrects the last days of a month on the fifth of the next.
        corrected_at = known + 5 * DAY
        corrects = (channel == 0) & (day % 11 == 0)
        corrected = corrects & (corrected_at <= cut)
        stamp = np.where(corrected, corrected_at, known)
        table = pa.table({
            "spend_date": dates(day * DAY),
            "channel": pick(CHANNELS, channel),
            "campaign_id": salesforce_ids("701", current + 1),
            "campaign_name": pick(pa_text(company.campaigns.name), current),
            "currency_code": pick(["USD", "USD", "EUR"], channel),
            "spend": decimals(np.where(corrects & ~corrected, spend + 1, spend)),
            "clicks": pa.array(clicks),
            "impressions": pa.array(clicks * 40),
            "updated_at": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    def _signals(self) -> Extract:
        world, acts = self.world, self.world.journeys.acts
        index = self._acts("third_party_intent")
        person, at = acts.person[index].astype(np.int64), acts.at[index]
        firm = np.clip(world.people.company[person], 0, None)
        table = pa.table({
            "signal_id": join("sig-", text_of(index)),
            "email": self._address(person, at),
            "domain": pick(pa_text(world.company.companies.domain), firm),
            "topic": pick(TOPICS, acts.link[index]),
            "strength": numbers((acts.link[index] + 1) / 5.0),
            "vendor": constant("IntentWire", len(index)),
            "occurred_at": timestamps(at),
            "updated_at": timestamps(acts.known[index]),
        })  # fmt: skip
        return table, acts.known[index]

    def _visits(self) -> Extract:
        acts = self.world.journeys.acts
        index = self._acts("page_viewed")
        person, at = acts.person[index].astype(np.int64), acts.at[index]
        firm = np.clip(self.world.people.company[person], 0, None)
        table = pa.table({
            "visit_id": join("visit-", text_of(index)),
            "email": self._address(person, at),
            "domain": only(self.world.people.company[person] >= 0,
                           pick(pa_text(self.world.company.companies.domain), firm)),
            "page_url": join(SITE, pick(PAGES, acts.link[index])),
            "utm_source": only(index % 3 == 0, constant("newsletter", len(index))),
            "occurred_at": timestamps(at),
            "updated_at": timestamps(acts.known[index]),
        })  # fmt: skip
        return table, acts.known[index]

    def _ratings(self) -> Extract:
        world = self.world
        log = world.journeys.statuses
        use = ((log.value == ACCEPTED) | (log.value == REJECTED)) & (log.person % 4 == 0)
        use &= np.isin(world.people.kind[log.person], (0, 1))
        index = np.flatnonzero(use)
        person, at = log.person[index], (log.at[index] + HOUR) // (60 * SECOND) * 60 * SECOND
        rating = np.where(log.value[index] == ACCEPTED, np.where(world.people.quality[person] > 0.6, 0, 1), 2)
        main = world.records.main[SF_LEAD][person]
        number = world.records.number[np.clip(main, 0, None)] + 1
        # The sheet is kept by hand: US dates, and reasons with quotes, commas and line breaks.
        notes = ['Great fit, "call today"', "Needs budget; try again\nnext quarter", None]
        table = pa.table({
            "rating_id": join("r", text_of(index)),
            "record_key": only(main >= 0, join("salesforce:lead:", salesforce_ids("00Q", number, 15))),
            "email": self._address(person, at),
            "rated_by": rep_emails(world).take(pa.array(world.people.rep[person])),
            "rating": pick(["good", "ok", "bad"], rating),
            "reason": where(rating == 2, pick(REASONS, np.clip(log.reason[index], -1, 8)), pick(notes, index % 3)),
            "rated_at": pa.array([_us_time(moment) for moment in at.tolist()], pa.string()),
            "updated_at": pa.array([_us_time(moment) for moment in at.tolist()], pa.string()),
        })  # fmt: skip
        return table, at

    def _verifications(self) -> Extract:
        world, people = self.world, self.world.people
        who = np.flatnonzero((np.arange(len(people)) % 3 == 0) & np.isin(people.kind, (0, 1)))
        at = np.minimum(people.created[who] + 2 * DAY, NEVER) // (60 * SECOND) * 60 * SECOND
        who, at = who[at < world.end], at[at < world.end]
        status = np.where(people.bounces[who], 1, np.where(who % 20 == 0, 2, 0))
        table = pa.table({
            "email": self._address(who, at),
            "status": pick(["valid", "invalid", "unknown"], status),
            "provider": constant("MailProof", len(who)),
            "verified_at": pa.array([_dotted_time(moment) for moment in at.tolist()], pa.string()),
        })  # fmt: skip
        return table, at


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // SECOND, UTC)


def _us_time(micros: int) -> str:
    moment = _moment(micros)
    return f"{moment.month}/{moment.day}/{moment.year} {moment.strftime('%I:%M %p')}"


def _dotted_time(micros: int) -> str:
    return _moment(micros).strftime("%Y.%m.%d %H:%M")
