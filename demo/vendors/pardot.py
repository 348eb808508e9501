"""Pardot: prospects (an address may have several), visitors, and one table for all that they do."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import words
from demo.columns import (
    DAY,
    MINUTE,
    NEVER,
    Ints,
    booleans,
    constant,
    decimals,
    join,
    numbers,
    only,
    pick,
    salesforce_ids,
    text_of,
    timestamps,
    where,
)
from demo.company import COUNTRY_NAMES, INDUSTRIES, pa_text
from demo.definitions import TYPE_CODE as T
from demo.journeys import VIA_MAP
from demo.people import CRM_LEAD, MAP_PARDOT, PD_PROSPECT, SF_LEAD, SOURCES
from demo.vendors.hubspot import FORM_NAMES, FORM_TYPES, PAGES, SITE
from demo.vendors.salesforce import record_emails, user_ids
from demo.world import Extract, World, opted_out_at

# engagement type -> Pardot's type code and its name
ACTIVITY_TYPES = {
    "email_clicked": (1, "Email"), "page_viewed": (20, "Visit"), "pricing_page_viewed": (2, "Page View"),
    "demo_requested": (4, "Form"), "contact_sales_requested": (4, "Form"), "trial_started": (4, "Form"),
    "form_submitted": (4, "Form"), "email_sent": (6, "Email"), "email_opened": (11, "Email"),
    "email_unsubscribed": (12, "Email"), "email_hard_bounced": (13, "Email"),
    "content_downloaded": (21, "Custom Redirect"), "webinar_registered": (25, "Webinar"),
    "email_soft_bounced": (36, "Email"),
}  # fmt: skip


def prospect_ids(world: World, index: Ints) -> pa.Array:
    """Pardot prospect ids of records."""
    return text_of(300_001 + world.records.number[index] * 3)


class Pardot:
    """Writes the demo company as Pardot would hold it at any instant."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.main = world.records.main[PD_PROSPECT]

    def at(self, cut: int) -> dict[str, Extract]:
        """Every table whose rows change, as of an instant."""
        return {"prospect": self._prospects(cut), **self._opportunities(cut)}

    def static(self) -> dict[str, Extract]:
        """Every table whose rows never change once written."""
        return {**self._activities(), **self._settings()}

    def _opportunities(self, cut: int) -> dict[str, Extract]:
        """The CRM's opportunities as Pardot copies them, for the prospects among its people."""
        world, deals = self.world, self.world.journeys.deals
        index = np.flatnonzero((deals.created <= cut) & (self.main[deals.person] >= 0))
        born = world.records.created[np.clip(self.main[deals.person[index]], 0, None)]
        index = index[born <= cut]
        person = deals.person[index]
        created = np.maximum(deals.created[index], world.records.created[self.main[person]])
        closed = deals.closed[index] <= cut
        state = np.where(closed, np.where(deals.won[index], 1, 2), 0)
        stamp = np.where(closed, np.maximum(created, deals.closed[index]), created)
        opportunities = pa.table({
            "id": text_of(660_001 + index),
            "name": join("Opportunity ", text_of(index + 1)),
            "status": pick(["open", "won", "lost"], state),
            "value": decimals(deals.amount[index]),
            "created_at": timestamps(created),
            "closed_at": only(closed, timestamps(np.where(closed, deals.closed[index], created))),
            "updated_at": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 50 * MINUTE),
        })  # fmt: skip
        prospects = pa.table({
            "opportunity_id": text_of(660_001 + index),
            "prospect_id": prospect_ids(world, self.main[person]),
            "updated_at": timestamps(created),
        })  # fmt: skip
        return {"opportunity": (opportunities, stamp), "opportunity_prospect": (prospects, created)}

    def _prospects(self, cut: int) -> Extract:
        world, records, people = self.world, self.world.records, self.world.people
        every = records.of(PD_PROSPECT)
        every = every[np.argsort(records.number[every])]
        index = every[records.created[every] <= cut]
        person = records.person[index]
        main = self.main[person] == index
        lead = records.main[SF_LEAD][person]
        linked_at = np.maximum(records.created[np.clip(lead, 0, None)], records.created[index]) + 3 * MINUTE
        linked = (people.crm[person] == CRM_LEAD) & main & (linked_at <= cut)
        born = np.maximum(world.contact_created[person], records.created[index]) + 3 * MINUTE
        as_contact = main & (world.contact_number[person] >= 0) & (born <= cut)
        stamp = records.created[index].copy()
        stamp = np.where(linked, np.maximum(stamp, linked_at), stamp)
        stamp = np.where(as_contact, np.maximum(stamp, born), stamp)
        opted_at = opted_out_at(world, cut)[person]
        opted = main & (opted_at < NEVER)
        stamp = np.where(opted, np.maximum(stamp, opted_at), stamp)
        company = people.company[person]
        safe = np.clip(company, 0, None)
        firms = world.company.companies
        table = pa.table({
            "id": prospect_ids(world, index),
            "email": record_emails(world, index, cut),
            "first_name": people.first.take(pa.array(person)),
            "last_name": people.last.take(pa.array(person)),
            "job_title": pick([row[0] for row in words.TITLES], people.title[person]),
            "company": only(company >= 0, pick(pa_text(firms.name), safe)),
            "country": pick([*COUNTRY_NAMES, "Select"], np.where(person % 53 == 0, 10, people.country[person])),
            "industry": only(company >= 0, pick(INDUSTRIES, firms.industry[safe])),
            "source": pick([row[0] for row in SOURCES], people.source[person]),
            "crm_lead_fid": only(linked, salesforce_ids("00Q", records.number[np.clip(lead, 0, None)] + 1, 15)),
            "crm_contact_fid": only(
                as_contact, salesforce_ids("003", np.clip(world.contact_number[person], 0, None) + 1, 15)
            ),
            "crm_owner_fid": only(linked, user_ids(world, people.rep[person])),
            "score": numbers((people.interest[person] * 30).round()),
            "opted_out": booleans(opted),
            "is_do_not_email": booleans(np.zeros(len(index), dtype=bool)),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "created_at": timestamps(records.created[index]),
            "updated_at": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 50 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _activities(self) -> dict[str, Extract]:
        world, acts = self.world, self.world.journeys.acts
        codes = np.zeros(len(T), dtype=np.int64)
        for name, (code, _label) in ACTIVITY_TYPES.items():
            codes[T[name]] = code
        use = (codes[acts.kind] > 0) & (acts.via == VIA_MAP) & (world.people.map[acts.person] == MAP_PARDOT)
        index = np.flatnonzero(use)
        kind, person = acts.kind[index], acts.person[index].astype(np.int64)
        mail = (acts.message[index] >= 0) & (acts.campaign[index] >= 0)
        number = acts.campaign[index].astype(np.int64)
        names = pa_text(world.company.campaigns.name)
        label = np.full(len(T), -1, dtype=np.int64)
        for position, name in enumerate(FORM_TYPES):
            label[T[name]] = position
        details = pick(FORM_NAMES, label[kind])
        safe = np.clip(number, 0, len(names) - 1)
        details = where(~mail & (number >= 0), pick(names, safe), details)
        details = where(mail, join("Nurture e-mail ", text_of(np.clip(number, 0, None) + 1)), details)
        page = join(SITE, pick(PAGES, np.clip(acts.link[index], 0, None)))
        details = where((kind == T["page_viewed"]) | (kind == T["email_clicked"]), page, details)
        details = where(kind == T["pricing_page_viewed"], constant(SITE + "/pricing", len(index)), details)
        # The visitor was anonymous at first: such rows name the visitor only.
        anonymous = ((kind == T["page_viewed"]) | (kind == T["pricing_page_viewed"])) & (index % 5 == 0)
        labels = ["", *(name for _code, name in ACTIVITY_TYPES.values())]
        label_of = np.zeros(len(T), dtype=np.int64)
        for position, name in enumerate(ACTIVITY_TYPES):
            label_of[T[name]] = position + 1
        activity = pa.table({
            "id": text_of(200_000_001 + index),
            "prospect_id": only(~anonymous, prospect_ids(world, self.main[person])),
            "visitor_id": only((codes[kind] == 20) | (codes[kind] == 2), text_of(880_001 + person)),
            "campaign_id": only(~mail & (number >= 0), text_of(6001 + safe)),
            "type": pa.array(codes[kind]),
            "type_name": pick(labels, label_of[kind]),
            "details": details,
            "list_email_id": only(mail, text_of(7001 + np.clip(number, 0, None))),
            "created_at": timestamps(acts.at[index]),
            "updated_at": timestamps(acts.at[index]),
            "_fivetran_synced": timestamps(acts.known[index]),
        })  # fmt: skip
        first = np.full(len(world.people), NEVER, dtype=np.int64)
        seen = index[(codes[kind] == 20) | (codes[kind] == 2)]
        np.minimum.at(first, acts.person[seen], acts.known[seen])
        who = np.flatnonzero(first < NEVER)
        visitors = pa.table({
            "id": text_of(880_001 + who),
            "prospect_id": prospect_ids(world, self.main[who]),
            "created_at": timestamps(first[who]),
            "updated_at": timestamps(first[who]),
        })  # fmt: skip
        return {"visitor_activity": (activity, acts.known[index]), "visitor": (visitors, first[who])}

    def _settings(self) -> dict[str, Extract]:
        world = self.world
        campaigns = world.company.campaigns
        number = np.arange(len(campaigns.name))
        born = campaigns.start - 14 * DAY
        table = pa.table({
            "id": text_of(6001 + number),
            "name": pa_text(campaigns.name),
            "cost": decimals(campaigns.cost),
            "crm_fid": salesforce_ids("701", number + 1),
            "updated_at": timestamps(born),
        })  # fmt: skip
        old = np.full(2, world.company.start - 100 * DAY)
        lists = pa.table({
            "id": pa.array(["501", "502"]), "name": pa.array(["Newsletter", "Customers"]),
            "is_dynamic": pa.array([True, False]), "created_at": timestamps(old), "updated_at": timestamps(old),
        })  # fmt: skip
        who = np.flatnonzero(self.main >= 0)
        joined = world.records.created[self.main[who]]
        members = pa.table({
            "id": text_of(550_001 + who),
            "list_id": pick(["501", "502"], (who % 9 == 0).astype(np.int64)),
            "prospect_id": prospect_ids(world, self.main[who]),
            "opted_out": booleans(np.zeros(len(who), dtype=bool)),
            "created_at": timestamps(joined),
            "updated_at": timestamps(joined),
        })  # fmt: skip
        return {"campaign": (table, born), "list": (lists, old), "list_membership": (members, joined)}
