"""One object that holds the whole demo company, and the links that several vendors share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from demo.columns import DAY, MINUTE, NEVER, Bools, Ints, micros
from demo.company import Company, build_company
from demo.definitions import TYPE_CODE
from demo.journeys import Journeys, build_journeys
from demo.people import SF_CONTACT, SF_LEAD, People, Records, build_people, build_records

ALL_SOURCES = frozenset({"salesforce", "hubspot", "marketo", "pardot", "files"})
Extract = tuple[pa.Table, Ints]  # rows, and when each row's version became known


@dataclass
class World:
    """The demo company and its whole history."""

    seed: int
    sources: set[str]
    company: Company
    people: People
    records: Records
    journeys: Journeys
    contact_number: Ints  # per person: number of the Salesforce contact, or -1
    contact_created: Ints
    account_created: Ints  # per company: when Salesforce got the account, NEVER if it has none
    tracking_from: int  # field history is switched on this late
    # Records purged from the recycle bin this long before the end have left the extract without a trace.
    purged_after: int = 31 * DAY

    @property
    def end(self) -> int:
        """The instant at which the history ends."""
        return self.company.end

    @property
    def in_salesforce(self) -> Bools:
        """Per company: Salesforce has an account for it at the end."""
        return self.account_created < NEVER


def build_world(
    leads: int, months: int, seed: int, sources: set[str], as_of: datetime, nights: int = 0
) -> World:
    """Act out the demo company: `leads` people over `months` of 30.4 days up to `as_of`.

    What is purged during the last `nights` days is still seen, flagged: the extracts before the purge had it.
    """
    end = micros(as_of)
    start = (end - round(months * 30.4375) * DAY) // DAY * DAY
    company = build_company(leads, months, seed, start, end)
    people = build_people(company, leads, seed, sources)
    journeys = build_journeys(company, people, seed, months)
    records = build_records(company, people, seed, sources, journeys.converted)
    contacts = records.of(SF_CONTACT)
    contact_number = np.full(leads, -1, dtype=np.int64)
    contact_created = np.full(leads, NEVER, dtype=np.int64)
    contact_number[records.person[contacts]] = records.number[contacts]
    contact_created[records.person[contacts]] = records.created[contacts]
    # A conversion comes after the lead's creation; the new contact takes the next number.
    main = records.main[SF_LEAD]
    has_lead = main >= 0
    born = np.where(has_lead, records.created[np.clip(main, 0, None)], 0)
    converted = np.where(
        (journeys.converted < NEVER) & has_lead, np.maximum(journeys.converted, born + 2 * MINUTE), NEVER
    )
    journeys.converted = np.where(converted < end, converted, NEVER)
    new = np.flatnonzero(journeys.converted < NEVER)
    new = new[np.argsort(journeys.converted[new], kind="stable")]
    contact_number[new] = len(contacts) + np.arange(len(new))
    contact_created[new] = journeys.converted[new]
    account_created = np.where(company.companies.in_salesforce, company.companies.created, NEVER)
    with_contact = np.flatnonzero((contact_created < NEVER) & (people.company >= 0))
    needed = np.full(len(company.companies), NEVER, dtype=np.int64)
    np.minimum.at(needed, people.company[with_contact], contact_created[with_contact])
    account_created = np.where(account_created == NEVER, needed, account_created)
    if "salesforce" not in sources:
        account_created[:] = NEVER
    return World(
        seed=seed,
        sources=sources,
        company=company,
        people=people,
        records=records,
        journeys=journeys,
        contact_number=contact_number,
        contact_created=contact_created,
        account_created=account_created,
        tracking_from=start + 10 * DAY,
        purged_after=max(31, nights + 3) * DAY,
    )


def opted_out_at(world: World, cut: int) -> Ints:
    """Per person: when the first unsubscription that is known at `cut` became known; NEVER without one."""
    acts = world.journeys.acts
    out = np.full(len(world.people), NEVER, dtype=np.int64)
    use = np.flatnonzero((acts.kind == TYPE_CODE["email_unsubscribed"]) & (acts.known <= cut))
    np.minimum.at(out, acts.person[use], acts.known[use])
    return out
