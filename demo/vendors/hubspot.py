"""HubSpot: contacts, companies, deals, property histories, e-mail events, forms, page views, sales activity."""

from __future__ import annotations

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
    Ints,
    booleans,
    constant,
    decimals,
    join,
    last_value,
    latest,
    nulls,
    numbers,
    only,
    pick,
    salesforce_ids,
    scrambled_hex,
    text_of,
    timestamps,
    where,
)
from demo.company import COUNTRIES, COUNTRY_NAMES, CURRENCIES, INDUSTRIES, ZONES, pa_text
from demo.definitions import TYPE_CODE as T
from demo.journeys import (
    ACCEPTED,
    CONVERTED,
    LOSS_REASONS,
    NURTURED,
    QUALIFIED,
    REASONS,
    REJECTED,
    SALES_QUALIFIED,
    VIA_MAP,
    Log,
)
from demo.people import CRM_HUBSPOT, CRM_LEAD, HS_CONTACT, MAP_HUBSPOT, MERGED, SF_LEAD
from demo.vendors.salesforce import record_emails, rep_emails
from demo.world import Extract, World, opted_out_at

HS_STATUS = ["NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED", "OPEN_DEAL", "NEW", "CONNECTED"]
CUSTOM_STAGE = "98234571"
LIFECYCLE = [
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    CUSTOM_STAGE,
    None,
]
DEAL_STAGES = ["qualifiedtobuy", "presentationscheduled", "1002345", "closedwon", "closedlost"]
DEAL_LABELS = ["Qualified To Buy", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]
EMAIL_TYPES = {
    "email_sent": "SENT", "email_delivered": "DELIVERED", "email_opened": "OPEN", "email_clicked": "CLICK",
    "email_hard_bounced": "BOUNCE", "email_soft_bounced": "BOUNCE", "email_unsubscribed": "STATUSCHANGE",
    "email_spam_reported": "SPAMREPORT",
}  # fmt: skip
FORM_TYPES = ["demo_requested", "contact_sales_requested", "trial_started", "form_submitted"]
FORM_NAMES = ["Request a demo", "Contact sales", "Start a trial", "Newsletter"]
FORM_PAGES = ["/demo", "/contact-sales", "/trial", "/newsletter"]
# No word of an engagement mapping may hide in the site's own name.
SITE = "https://www.concordwarehouse.com"
PAGES = ["/", "/product", "/customers", "/blog/quota-season", "/integrations", "/docs"]


def contact_ids(world: World, index: Ints) -> pa.Array:
    """HubSpot contact ids of records."""
    return text_of(10_001 + world.records.number[index] * 7)


class HubSpot:
    """Writes the demo company as HubSpot would hold it at any instant."""

    def __init__(self, world: World) -> None:
        self.world = world
        people, journeys = world.people, world.journeys
        self.main = world.records.main[HS_CONTACT]
        statuses = journeys.statuses
        self.status_log = _pick(statuses, people.crm[statuses.person] == CRM_HUBSPOT)
        self.deals = np.flatnonzero(people.crm[journeys.deals.person] == CRM_HUBSPOT)
        self.lifecycle = self._lifecycle_log()
        owners = journeys.owners
        mine = (self.main[owners.person] >= 0) & (owners.value >= 0)
        self.owner_log = _pick(owners, mine)

    def _lifecycle_log(self) -> Log:
        """Marketing's view: forward by automation; backwards it is cleared first and set a second later."""
        world, journeys = self.world, self.world.journeys
        statuses = _pick(journeys.statuses, self.main[journeys.statuses.person] >= 0)
        stage = np.full(len(statuses), -2)
        stage[statuses.value == QUALIFIED] = 1
        custom = (statuses.value == QUALIFIED) & (statuses.person % 37 == 0)
        stage[custom] = 5
        stage[(statuses.value == ACCEPTED) | (statuses.value == SALES_QUALIFIED)] = 2
        stage[statuses.value == CONVERTED] = 3
        stage[statuses.value == NURTURED] = 0
        use = stage >= 0
        person, at, value = statuses.person[use], statuses.at[use] + 4 * MINUTE, stage[use]
        clear = value == 0
        deals = journeys.deals
        won = deals.won & (self.main[deals.person] >= 0)
        person = np.concatenate([person, person[clear], deals.person[won]])
        at = np.concatenate([at, at[clear] - SECOND, deals.closed[won] + 5 * MINUTE])
        value = np.concatenate([value, np.full(int(clear.sum()), 6), np.full(int(won.sum()), 4)])
        order = np.lexsort((at, person))
        person, at, value = person[order], at[order], value[order]
        # Automation only moves forward: drop what would step back without having been cleared.
        height = np.where(value == 5, 1, value)
        keep = np.ones(len(value), dtype=bool)
        level: dict[int, int] = {}
        for i, (who, new) in enumerate(zip(person.tolist(), height.tolist(), strict=True)):
            if new == 6:
                keep[i] = level.get(who, 0) not in (0, 4)
                if keep[i]:
                    level[who] = -1
            else:
                keep[i] = new > level.get(who, 0) and at[i] < world.end
                if keep[i]:
                    level[who] = new
        zero = np.zeros(int(keep.sum()), dtype=np.int64)
        return Log(person[keep], at[keep], value[keep], zero, zero)

    def at(self, cut: int) -> dict[str, Extract]:
        """Every table whose rows change, as of an instant."""
        return {
            "contact": self._contacts(cut),
            "company": self._companies(cut),
            "deal": self._deals(cut),
            "users": self._users(cut),
            **self._sales_activity(cut),
        }

    def static(self) -> dict[str, Extract]:
        """Every table whose rows never change once written."""
        return {
            "contact_property_history": self._contact_history(),
            "contact_merge_audit": self._merge_audit(),
            "contact_company": self._contact_companies(),
            **self._deal_tables(),
            **self._email_tables(),
            **self._web_tables(),
            **self._settings(),
        }

    # Contacts and companies -------------------------------------------------------------------------------------

    def _contacts(self, cut: int) -> Extract:
        world, records, people = self.world, self.world.records, self.world.people
        every = records.of(HS_CONTACT)
        every = every[np.argsort(records.number[every])]
        index = every[records.created[every] <= cut]
        person = records.person[index]
        main = self.main[person] == index
        count = len(people)
        gone = records.gone_at[index] <= cut
        stamp_person = np.zeros(count, dtype=np.int64)
        for log in (self.lifecycle, self.status_log, self.owner_log):
            latest(stamp_person, log.person, log.at, cut)
        moved = people.moved_at <= cut
        stamp_person = np.where(moved, np.maximum(stamp_person, people.moved_at), stamp_person)
        converted = world.journeys.converted <= cut
        stamp_person = np.where(
            converted, np.maximum(stamp_person, world.journeys.converted + 5 * MINUTE), stamp_person
        )
        lead = records.main[SF_LEAD][person]
        # One in ten is not synced by id; the address alone ties those, so they keep it.
        declared = (person % 10 != 9) | (people.moved_at[person] < NEVER)
        linked = (people.crm[person] == CRM_LEAD) & main & declared
        lead_born = records.created[np.clip(lead, 0, None)] + 2 * MINUTE
        linked_now = linked & (lead_born <= cut)
        contact_born = world.contact_created[person] + 5 * MINUTE
        has_contact = main & (world.contact_number[person] >= 0) & (contact_born <= cut) & declared
        stamp = np.maximum(records.created[index], np.where(main, stamp_person[person], 0))
        stamp = np.where(linked_now, np.maximum(stamp, lead_born), stamp)
        stamp = np.where(has_contact, np.maximum(stamp, contact_born), stamp)
        stamp = np.where(gone, np.maximum(stamp, records.gone_at[index]), stamp)
        merged_ids, merged_stamp = self._merged_ids(index, cut)
        stamp = np.maximum(stamp, merged_stamp)
        lifecycle = last_value(self.lifecycle.person, self.lifecycle.at, self.lifecycle.value, cut,
                               np.zeros(count, np.int64))  # fmt: skip
        status = last_value(self.status_log.person, self.status_log.at, self.status_log.value, cut,
                            np.zeros(count, np.int64))  # fmt: skip
        refused = _pick(self.status_log, self.status_log.value == REJECTED)
        reason = last_value(refused.person, refused.at, refused.reason, cut, np.full(count, -1, np.int64))
        owner = last_value(self.owner_log.person, self.owner_log.at, self.owner_log.value, cut,
                           np.full(count, -1, np.int64))  # fmt: skip
        company = people.company[person]
        safe = np.clip(company, 0, None)
        firms = world.company.companies
        primary = main & (company >= 0) & firms.in_hubspot[safe] & (person % 7 != 0)
        worked = main & (people.crm[person] == CRM_HUBSPOT)
        out_at = opted_out_at(world, cut)
        opted = main & (out_at[person] <= cut)
        stamp = np.where(opted, np.maximum(stamp, out_at[person]), stamp)
        bounce_reason = only(people.bounces[person], constant("UNKNOWN_USER", len(index)))
        sources = ["ORGANIC_SEARCH", "OFFLINE", "PAID_SEARCH", "ORGANIC_SEARCH", "REFERRALS", "OFFLINE", "OFFLINE",
                   "OFFLINE", "REFERRALS"]  # fmt: skip
        table = pa.table({
            "id": contact_ids(world, index),
            "property_email": record_emails(world, index, cut),
            "property_firstname": people.first.take(pa.array(person)),
            "property_lastname": people.last.take(pa.array(person)),
            "property_jobtitle": pick([row[0] for row in words.TITLES], people.title[person]),
            "property_company": only(company >= 0, pick(pa_text(firms.name), safe)),
            "property_associatedcompanyid": only(primary, company_ids(safe)),
            "property_country": pick(COUNTRY_NAMES, people.country[person]),
            "property_hubspot_owner_id": only(main & (owner[person] >= 0), owner_ids(np.clip(owner[person], 0, None))),
            "property_lifecyclestage": pick(LIFECYCLE, np.where(main, lifecycle[person], 0)),
            "property_hs_lead_status": pick(HS_STATUS, np.where(worked, status[person], -1)),
            "property_rejection_reason": pick(REASONS, np.where(worked, reason[person], -1)),
            "property_hs_analytics_source": pick(sources, people.source[person]),
            "property_self_reported_source": pick(
                [None, "A colleague", "A podcast", "LinkedIn", "Search", "Select"], (person * 7) % 11 % 6
            ),
            "property_hs_merged_object_ids": merged_ids,
            "property_salesforceleadid": only(
                linked_now, salesforce_ids("00Q", records.number[np.clip(lead, 0, None)] + 1)
            ),
            "property_salesforcecontactid": only(
                has_contact, salesforce_ids("003", np.clip(world.contact_number[person], 0, None) + 1)
            ),
            "property_hs_email_optout": booleans(opted),
            "property_hs_email_hard_bounce_reason_enum": bounce_reason,
            "is_deleted": booleans(gone),
            "property_createdate": timestamps(records.created[index]),
            "property_lastmodifieddate": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 30 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _losers(self) -> tuple[Ints, Ints]:
        """Merged contacts and the contact each went into, in order of the merge."""
        records = self.world.records
        losers = np.flatnonzero((records.object == HS_CONTACT) & (records.gone_how == MERGED))
        losers = losers[np.lexsort((losers, records.gone_at[losers]))]
        return losers, records.master[losers]

    def _merged_ids(self, index: Ints, cut: int) -> tuple[pa.Array, Ints]:
        records = self.world.records
        losers, masters = self._losers()
        names: dict[int, list[str]] = {}
        when: dict[int, int] = {}
        for loser, master in zip(losers.tolist(), masters.tolist(), strict=True):
            if records.gone_at[loser] <= cut:
                names.setdefault(master, []).append(str(10_001 + int(records.number[loser]) * 7))
                when[master] = int(records.gone_at[loser])
        values = [";".join(names[i]) if i in names else None for i in index.tolist()]
        stamps = np.array([when.get(i, 0) for i in index.tolist()], dtype=np.int64)
        return pa.array(values, pa.string()), stamps

    def _merge_audit(self) -> Extract:
        records = self.world.records
        losers, masters = self._losers()
        at = records.gone_at[losers]
        table = pa.table({
            "canonical_vid": contact_ids(self.world, masters),
            "vid_to_merge": contact_ids(self.world, losers),
            "contact_id": contact_ids(self.world, masters),
            "timestamp": timestamps(at),
            "_fivetran_synced": timestamps(at + 30 * MINUTE),
        })  # fmt: skip
        return table, at

    def _companies(self, cut: int) -> Extract:
        world, firms = self.world, self.world.company.companies
        index = np.flatnonzero(firms.in_hubspot)
        created = firms.created[index] + 40 * DAY
        created = np.minimum(created, world.company.start - DAY)
        linked_at = np.maximum(world.account_created[index] + HOUR, created)
        linked = (
            (world.account_created[index] < NEVER) & (linked_at <= cut) & declared_companies(world)[index]
        )
        stamp = np.where(linked, linked_at, created)
        parent = firms.parent[index]
        safe = np.clip(parent, 0, None)
        named = (parent >= 0) & firms.in_hubspot[safe] & (index % 4 == 1)
        merged = index % 41 == 7
        table = pa.table({
            "id": company_ids(index),
            "property_name": pick(pa_text(firms.name), index),
            "property_domain": only((index % 29 != 3) | (index < 21), pick(pa_text(firms.domain), index)),
            "property_website": join("https://", pick(pa_text(firms.domain), index)),
            "property_industry": pc.utf8_upper(pick(INDUSTRIES, firms.industry[index])),
            "property_country": pick(COUNTRY_NAMES, firms.country[index]),
            "property_hs_country_code": pick(COUNTRIES, firms.country[index]),
            "property_hs_parent_company_id": only(named, company_ids(safe)),
            "property_hs_merged_object_ids": only(merged, text_of(9_000_000 + index)),
            "property_salesforceaccountid": only(linked, salesforce_ids("001", index + 1)),
            "property_numberofemployees": numbers(firms.employees[index].astype(float)),
            "property_annualrevenue": decimals(firms.revenue[index]),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "property_createdate": timestamps(created),
            "property_hs_lastmodifieddate": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 30 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _contact_companies(self) -> Extract:
        world, people, firms = self.world, self.world.people, self.world.company.companies
        who = np.flatnonzero((self.main >= 0) & (people.company >= 0))
        who = who[firms.in_hubspot[people.company[who]]]
        primary = who % 7 != 0
        other = who[who % 19 == 0]
        person = np.concatenate([who, other])
        company = people.company[person]
        # A second, unlabelled or former company: only type 1 is the primary one.
        second = np.arange(len(person)) >= len(who)
        hub = np.flatnonzero(firms.in_hubspot)
        company = np.where(second, hub[(company + 3) % len(hub)], company)
        kind = np.where(
            second, 2, np.where(np.concatenate([primary, np.zeros(len(other), dtype=bool)]), 0, 1)
        )
        use = ~second | (company != people.company[person])
        person, company, kind = person[use], company[use], kind[use]
        at = world.records.created[self.main[person]] + MINUTE
        table = pa.table({
            "contact_id": contact_ids(world, self.main[person]),
            "company_id": company_ids(company),
            "type_id": pick(["1", "279", "37"], kind),
            "category": pick(["HUBSPOT_DEFINED", "HUBSPOT_DEFINED", "USER_DEFINED"], kind),
            "_fivetran_synced": timestamps(at + 30 * MINUTE),
        })  # fmt: skip
        return table, at

    def _contact_history(self) -> Extract:
        world, people, records = self.world, self.world.people, self.world.records
        who = np.flatnonzero(self.main >= 0)
        born = records.created[self.main[who]]
        first_email = pc.coalesce(people.old_email.take(pa.array(who)), people.email.take(pa.array(who)))
        moved = who[people.moved_at[who] < NEVER]
        worked = who[people.crm[who] == CRM_HUBSPOT]
        log, status, owner = self.lifecycle, self.status_log, self.owner_log
        refused = _pick(status, status.value == REJECTED)
        pieces = [
            (who, born, "email", first_email, "CONTACTS_WEB"),
            (moved, people.moved_at[moved], "email", people.email.take(pa.array(moved)), "CRM_UI"),
            (who, born, "lifecyclestage", constant("lead", len(who)), "ANALYTICS"),
            (log.person, log.at, "lifecyclestage", pc.fill_null(pick(LIFECYCLE, log.value), ""), "WORKFLOWS"),
            (
                worked,
                born[np.searchsorted(who, worked)],
                "hs_lead_status",
                constant("NEW", len(worked)),
                "WORKFLOWS",
            ),
            (status.person, status.at, "hs_lead_status", pick(HS_STATUS, status.value), "CRM_UI"),
            (refused.person, refused.at, "rejection_reason", pick(REASONS, refused.reason), "CRM_UI"),
            (owner.person, owner.at, "hubspot_owner_id", owner_ids(owner.value), "WORKFLOWS"),
        ]
        person = np.concatenate([piece[0] for piece in pieces])
        at = np.concatenate([piece[1] for piece in pieces])
        at = np.maximum(at, records.created[self.main[person]])
        name = np.repeat(np.arange(len(pieces)), [len(piece[0]) for piece in pieces])
        value = pa.concat_arrays([pc.cast(piece[3], pa.string()) for piece in pieces])
        names, sources = [piece[2] for piece in pieces], [piece[4] for piece in pieces]
        order = np.lexsort((name, person, at))
        table = pa.table({
            "contact_id": contact_ids(world, self.main[person[order]]),
            "name": pick(names, name[order]),
            "value": value.take(pa.array(order)),
            "source": pick(sources, name[order]),
            "timestamp": timestamps(at[order]),
            "_fivetran_synced": timestamps(at[order] + 30 * MINUTE),
        })  # fmt: skip
        return table, at[order]

    # Deals ------------------------------------------------------------------------------------------------------

    def _stage(self, deal: Ints, cut: int) -> Ints:
        deals = self.world.journeys.deals
        stage = (deals.proposal[deal] <= cut).astype(np.int64) + (deals.negotiation[deal] <= cut)
        return np.where(deals.closed[deal] <= cut, np.where(deals.won[deal], 3, 4), stage)

    def _deals(self, cut: int) -> Extract:
        world, deals = self.world, self.world.journeys.deals
        deal = self.deals[deals.created[self.deals] <= cut]
        stage = self._stage(deal, cut)
        stamp = deals.created[deal].copy()
        for moment in (deals.proposal[deal], deals.negotiation[deal]):
            stamp = np.where(moment <= cut, np.maximum(stamp, moment), stamp)
        stamp = np.where(stage >= 3, deals.closed[deal], stamp)
        company = np.clip(world.people.company[deals.person[deal]], 0, None)
        firm_name = pick(pa_text(world.company.companies.name), company)
        table = pa.table({
            "deal_id": deal_ids(deal),
            "deal_pipeline_id": constant("default", len(deal)),
            "deal_pipeline_stage_id": pick(DEAL_STAGES, stage),
            "owner_id": owner_ids(deals.owner[deal]),
            "property_dealname": join(firm_name, " deal ", text_of(deal + 1)),
            "property_dealtype": constant("newbusiness", len(deal)),
            "property_closed_lost_reason": pick(LOSS_REASONS, np.where(stage == 4, deals.reason[deal], -1)),
            "property_deal_currency_code": pick(CURRENCIES, deals.currency[deal]),
            "property_hs_next_step": only((stage < 3) & (deal % 3 > 0), constant("Contract review", len(deal))),
            "property_amount": decimals(deals.amount[deal] * np.where(stage >= 1, 1.0, 0.9)),
            "is_deleted": booleans(np.zeros(len(deal), dtype=bool)),
            "property_closedate": timestamps(np.where(stage >= 3, deals.closed[deal], deals.moved[deal])),
            "property_createdate": timestamps(deals.created[deal]),
            "property_hs_lastmodifieddate": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 30 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _deal_tables(self) -> dict[str, Extract]:
        world, deals = self.world, self.world.journeys.deals
        created, person = deals.created[self.deals], deals.person[self.deals]
        company = world.people.company[person]
        known = (company >= 0) & world.company.companies.in_hubspot[np.clip(company, 0, None)]
        until = np.where(deals.closed[self.deals] < NEVER, deals.closed[self.deals], world.end)
        deal, at, new = [self.deals], [created], [np.zeros(len(created), dtype=np.int64)]
        for stage, moment in ((1, deals.proposal[self.deals]), (2, deals.negotiation[self.deals])):
            use = moment < until
            deal.append(self.deals[use])
            at.append(moment[use])
            new.append(np.full(int(use.sum()), stage))
        done = deals.closed[self.deals] < NEVER
        deal.append(self.deals[done])
        at.append(until[done])
        new.append(np.where(deals.won[self.deals][done], 3, 4))
        d, t, n = (np.concatenate(part) for part in (deal, at, new))
        order = np.lexsort((d, t))
        d, t, n = d[order], t[order], n[order]
        # Amounts change when the proposal goes out.
        first_amount = decimals(deals.amount[self.deals] * 0.9)
        sent = n == 1
        amounts = pa.concat_arrays([first_amount, decimals(deals.amount[d[sent]])]).cast(pa.string())
        amount_deal = np.concatenate([self.deals, d[sent]])
        amount_at = np.concatenate([created, t[sent]])
        history = pa.table({
            "deal_id": deal_ids(np.concatenate([d, amount_deal])),
            "name": pick(["dealstage", "amount"], np.repeat([0, 1], [len(d), len(amount_deal)])),
            "value": pa.concat_arrays([pick(DEAL_STAGES, n), amounts]),
            "source": constant("CRM_UI", len(d) + len(amount_deal)),
            "timestamp": timestamps(np.concatenate([t, amount_at])),
        })  # fmt: skip
        stage_table = pa.table({
            "deal_id": deal_ids(d),
            "value": pick(DEAL_STAGES, n),
            "source": constant("CRM_UI", len(d)),
            "date_entered": timestamps(t),
            "_fivetran_start": timestamps(t),
            "_fivetran_synced": timestamps(t + 30 * MINUTE),
        })  # fmt: skip
        contact = pa.table({
            "deal_id": deal_ids(self.deals),
            "contact_id": contact_ids(world, self.main[person]),
            "type_id": constant("3", len(created)),
            "category": constant("HUBSPOT_DEFINED", len(created)),
            "created_at": timestamps(created),
            "_fivetran_synced": timestamps(created + 30 * MINUTE),
        })  # fmt: skip
        firm = pa.table({
            "deal_id": deal_ids(self.deals[known]),
            "company_id": company_ids(company[known]),
            "type_id": constant("5", int(known.sum())),
            "category": constant("HUBSPOT_DEFINED", int(known.sum())),
            "_fivetran_synced": timestamps(created[known] + 30 * MINUTE),
        })  # fmt: skip
        return {
            "deal_stage": (stage_table, t),
            "deal_property_history": (history, np.concatenate([t, amount_at])),
            "deal_contact": (contact, created),
            "deal_company": (firm, created[known]),
        }

    # E-mail, forms, pages ---------------------------------------------------------------------------------------

    def _acts(self, names: list[str]) -> Ints:
        acts = self.world.journeys.acts
        kinds = np.array([T[name] for name in names])
        use = np.isin(acts.kind, kinds) & (acts.via == VIA_MAP)
        use &= self.world.people.map[acts.person] == MAP_HUBSPOT
        return np.flatnonzero(use)

    def _email_tables(self) -> dict[str, Extract]:
        world, acts, people = self.world, self.world.journeys.acts, self.world.people
        index = self._acts(list(EMAIL_TYPES))
        kind, person = acts.kind[index], acts.person[index].astype(np.int64)
        at, known, message = acts.at[index], acts.known[index], acts.message[index].astype(np.int64)
        ids = scrambled_hex(1, index)
        sent_row = np.full(int(acts.message.max(initial=-1)) + 2, -1, dtype=np.int64)
        sent = np.flatnonzero(kind == T["email_sent"])
        sent_row[message[sent]] = sent
        origin = sent_row[message]
        # Events hang on the address the mail went to.
        address = where(
            people.moved_at[person] > at,
            pc.coalesce(people.old_email.take(pa.array(person)), people.email.take(pa.array(person))),
            people.email.take(pa.array(person)),
        )
        type_names = [EMAIL_TYPES.get(name) for name in T]
        is_sent = kind == T["email_sent"]
        event = pa.table({
            "id": ids,
            "type": pick(type_names, kind),
            "recipient": address,
            "email_campaign_id": text_of(500_001 + acts.campaign[index]),
            "sent_by_id": only(~is_sent & (origin >= 0), ids.take(pa.array(np.clip(origin, 0, None)))),
            "filtered_event": booleans(acts.bot[index] == 2),
            "created": timestamps(at),
            "sent_by_created": timestamps(np.where(~is_sent & (origin >= 0), at[np.clip(origin, 0, None)], NEVER)),
            "_fivetran_synced": timestamps(known),
        })  # fmt: skip
        bounce = np.flatnonzero((kind == T["email_hard_bounced"]) | (kind == T["email_soft_bounced"]))
        hard = kind[bounce] == T["email_hard_bounced"]
        bounces = pa.table({
            "id": ids.take(pa.array(bounce)),
            "category": pick(["UNKNOWN_USER", "MAILBOX_FULL"], (~hard).astype(np.int64)),
            "status": pick(["5.1.1", "4.2.2"], (~hard).astype(np.int64)),
            "response": pick(["550 5.1.1 user unknown", "452 4.2.2 mailbox full"], (~hard).astype(np.int64)),
            "_fivetran_synced": timestamps(known[bounce]),
        })  # fmt: skip
        click = np.flatnonzero(kind == T["email_clicked"])
        clicks = pa.table({
            "id": ids.take(pa.array(click)),
            "url": join(SITE, pick(PAGES, acts.link[index][click]), "?utm_source=email&utm_medium=email"),
            "browser": pick(["Chrome", "Safari", "Firefox"], click % 3),
            "_fivetran_synced": timestamps(known[click]),
        })  # fmt: skip
        gone = np.flatnonzero(kind == T["email_unsubscribed"])
        changes = pa.table({
            "id": ids.take(pa.array(gone)),
            "source": constant("SOURCE_RECIPIENT", len(gone)),
            "portal_subscription_status": constant("UNSUBSCRIBED", len(gone)),
            "bounced": booleans(np.zeros(len(gone), dtype=bool)),
            "_fivetran_synced": timestamps(known[gone]),
        })  # fmt: skip
        number = np.arange(len(world.journeys.emails_at))
        sends_at = np.maximum(world.journeys.emails_at - DAY, world.company.start)
        campaign = pa.table({
            "id": text_of(500_001 + number),
            "name": join("Nurture e-mail ", text_of(number + 1)),
            "subject": join(pick(["News", "Invitation", "Case study", "Guide"], number % 4), " ", text_of(number + 1)),
            "type": constant("BATCH_EMAIL", len(number)),
            "_fivetran_synced": timestamps(sends_at),
        })  # fmt: skip
        return {
            "email_event": (event, known),
            "email_event_bounce": (bounces, known[bounce]),
            "email_event_click": (clicks, known[click]),
            "email_event_status_change": (changes, known[gone]),
            "email_campaign": (campaign, sends_at),
        }

    def _web_tables(self) -> dict[str, Extract]:
        world, acts = self.world, self.world.journeys.acts
        index = self._acts([*FORM_TYPES, "webinar_registered", "content_downloaded"])
        person, at, known = acts.person[index].astype(np.int64), acts.at[index], acts.known[index]
        campaigns = world.company.campaigns
        campaign = acts.campaign[index].astype(np.int64)
        plain = np.full(len(T), -1, dtype=np.int64)
        for number, name in enumerate(FORM_TYPES):
            plain[T[name]] = number
        form = np.where(campaign >= 0, len(FORM_TYPES) + campaign, plain[acts.kind[index]])
        names = pa.array([*FORM_NAMES, *(form_name(name) for name in campaigns.name.tolist())])
        pages = pa.array([*FORM_PAGES, *(f"/campaign/{i}" for i in range(len(campaigns.name)))])
        guids = scrambled_hex(3, np.arange(len(names)))
        submissions = pa.table({
            "conversion_id": scrambled_hex(2, index),
            "contact_id": contact_ids(world, self.main[person]),
            "form_id": guids.take(pa.array(form)),
            "page_url": join(SITE, pages.take(pa.array(form))),
            "title": names.take(pa.array(form)),
            "timestamp": timestamps(at),
            "_fivetran_synced": timestamps(known),
        })  # fmt: skip
        born = np.concatenate(
            [np.full(len(FORM_TYPES), world.company.start - 300 * DAY), campaigns.start - 14 * DAY]
        )
        forms = pa.table({
            "guid": guids,
            "name": names,
            "form_type": constant("hubspot", len(names)),
            "created_at": timestamps(born),
            "updated_at": timestamps(born),
        })  # fmt: skip
        index = self._acts(["page_viewed", "pricing_page_viewed", "ad_clicked"])
        person, at, seen = acts.person[index].astype(np.int64), acts.at[index], acts.known[index]
        page = where(
            acts.kind[index] == T["pricing_page_viewed"],
            constant("/pricing", len(index)),
            pick(PAGES, acts.link[index]),
        )
        ad = acts.kind[index] == T["ad_clicked"]
        url = where(
            ad, join(SITE, page, "?utm_source=google&utm_medium=cpc&utm_campaign=brand"), join(SITE, page)
        )
        views = pa.table({
            "id": scrambled_hex(4, index),
            "contact_id": contact_ids(world, self.main[person]),
            "url": url,
            "title": page,
            "utm_campaign": only(ad, constant("brand", len(index))),
            "utm_source": only(ad, constant("google", len(index))),
            "utm_medium": only(ad, constant("cpc", len(index))),
            "occurred_at": timestamps(at),
            "_fivetran_synced": timestamps(seen),
        })  # fmt: skip
        return {
            "contact_form_submission": (submissions, known),
            "form": (forms, born),
            "event_page_view": (views, seen),
        }

    # Sales activity ---------------------------------------------------------------------------------------------

    def _sales_activity(self, cut: int) -> dict[str, Extract]:
        world, out = self.world, self.world.journeys.outreach
        every = np.flatnonzero(world.people.crm[out.person] == CRM_HUBSPOT)
        number = np.flatnonzero(out.made[every] <= cut)
        index = every[number]
        kind, at, made = out.kind[index], out.at[index], out.made[index]
        over = at + np.where(kind >= 4, 30 * MINUTE, 0) <= cut
        stamp = np.where(over, np.maximum(at, made) + np.where(kind >= 4, 30 * MINUTE, 0), made)
        # A call or mail that never happened stays a task.
        is_task = (kind < 4) & ~out.done[index]
        happened = (kind >= 4) | (out.done[index] & (at <= cut))
        shown = is_task | happened
        ids = text_of(80_000_001 + number)
        types = where(is_task, constant("TASK", len(index)),
                      pick(["CALL", "EMAIL", "EMAIL", "COMMUNICATION", "MEETING", "MEETING"], kind))  # fmt: skip
        owner = owner_ids(out.owner[index])

        def part(mask: np.ndarray, columns: dict[str, pa.Array]) -> Extract:
            rows = pa.array(np.flatnonzero(mask & shown))
            base = {
                "engagement_id": ids, "property_hubspot_owner_id": owner,
                "property_hs_timestamp": timestamps(at), "property_hs_createdate": timestamps(made),
                "property_hs_lastmodifieddate": timestamps(stamp), "_fivetran_synced": timestamps(stamp + 30 * MINUTE),
            }  # fmt: skip
            return pa.table({**base, **columns}).take(rows), stamp[np.asarray(rows)]

        engagement = pa.table({
            "id": ids, "type": types, "owner_id": owner, "active": booleans(np.ones(len(index), dtype=bool)),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "timestamp": timestamps(at), "created_at": timestamps(made), "last_updated": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 30 * MINUTE),
        })  # fmt: skip
        links = pa.table({
            "engagement_id": ids, "contact_id": contact_ids(world, self.main[out.person[index]]),
            "engagement_type": types, "type_id": constant("9", len(index)),
            "_fivetran_synced": timestamps(made + 30 * MINUTE),
        })  # fmt: skip
        rows = pa.array(np.flatnonzero(shown))
        picked = np.asarray(rows)
        size = len(index)
        return {
            "engagement": (engagement.take(rows), stamp[picked]),
            "engagement_contact": (links.take(rows), np.where(is_task | (kind >= 4), made, at)[picked]),
            "engagement_call": part((kind == 0) & ~is_task, {
                "property_hs_call_title": constant("Call", size),
                "property_hs_call_direction": constant("OUTBOUND", size),
                "property_hs_call_status": constant("COMPLETED", size),
            }),
            "engagement_email": part(((kind == 1) | (kind == 2)) & ~is_task, {
                "property_hs_email_subject": pick(["", "Following up", "Sequence: nudge"], np.clip(kind, 0, 2)),
                "property_hs_email_direction": constant("EMAIL", size),
                "property_hs_email_status": constant("SENT", size),
                "property_hs_sequence_id": only(kind == 2, constant("7001", size)),
            }),
            "engagement_communication": part((kind == 3) & ~is_task, {
                "property_hs_communication_channel_type": constant("LINKEDIN_MESSAGE", size),
            }),
            "engagement_meeting": part(kind >= 4, {
                "title": pick(["Discovery call", "Next step: buying committee"], np.clip(kind - 4, 0, 1)),
                "meeting_outcome": pick(["COMPLETED", "NO_SHOW", "SCHEDULED"],
                                        np.where(over, np.where(out.done[index], 0, 1), 2)),
                "property_hs_meeting_outcome": pick(["COMPLETED", "NO_SHOW", "SCHEDULED"],
                                                    np.where(over, np.where(out.done[index], 0, 1), 2)),
                "start_time": timestamps(at),
                "end_time": timestamps(at + 30 * MINUTE),
            }),
            "engagement_task": part(is_task, {
                "property_hs_task_subject": constant("Follow up", size),
                "property_hs_task_type": constant("CALL", size),
                "property_hs_task_status": constant("NOT_STARTED", size),
            }),
        }  # fmt: skip

    # Settings ---------------------------------------------------------------------------------------------------

    def _users(self, cut: int) -> Extract:
        company = self.world.company
        reps = company.reps
        moved = (reps.calendar != reps.calendar_later) & (reps.moves_at <= cut)
        stamp = np.where(moved, reps.moves_at, company.start - 400 * DAY)
        table = pa.table({
            "id": text_of(40_001 + np.arange(len(reps))),
            "primary_team_id": text_of(1 + reps.role),
            "email": rep_emails(self.world),
            "first_name": pa_text(reps.first),
            "last_name": pa_text(reps.last),
            "time_zone": pick(ZONES, np.where(moved, reps.calendar_later, reps.calendar)),
            "_fivetran_synced": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    def _settings(self) -> dict[str, Extract]:
        company = self.world.company
        reps = company.reps
        old = company.start - 400 * DAY
        size = len(reps)

        def known(count: int) -> Ints:
            return np.full(count, old, dtype=np.int64)

        owners = pa.table({
            "owner_id": owner_ids(np.arange(size)),
            "active_user_id": text_of(40_001 + np.arange(size)),
            "type": constant("PERSON", size),
            "email": rep_emails(self.world),
            "first_name": pa_text(reps.first),
            "last_name": pa_text(reps.last),
            "is_active": booleans(reps.active),
            "created_at": timestamps(known(size)),
            "updated_at": timestamps(known(size)),
            "_fivetran_synced": timestamps(known(size)),
        })  # fmt: skip
        teams = pa.table({
            "id": text_of(1 + np.arange(5)),
            "name": pa.array(["Sales Development", "Account Executives", "Sales Managers", "IT", "Marketing"]),
            "_fivetran_synced": timestamps(known(5)),
        })  # fmt: skip
        members = pa.table({
            "owner_id": owner_ids(np.arange(size)),
            "team_id": text_of(1 + reps.role),
            "is_team_primary": booleans(np.ones(size, dtype=bool)),
            "_fivetran_synced": timestamps(known(size)),
        })  # fmt: skip
        stages = pa.table({
            "stage_id": pa.array(DEAL_STAGES),
            "pipeline_id": constant("default", 5),
            "label": pa.array(DEAL_LABELS),
            "probability": numbers(np.array([0.2, 0.5, 0.75, 1.0, 0.0])),
            "active": booleans(np.ones(5, dtype=bool)),
            "closed_won": booleans(np.arange(5) == 3),
            "is_closed": booleans(np.arange(5) >= 3),
            "display_order": pa.array(np.arange(5)),
            "created_at": timestamps(known(5)),
            "updated_at": timestamps(known(5)),
        })  # fmt: skip
        pipelines = pa.table({
            "pipeline_id": pa.array(["default"]), "label": pa.array(["Sales Pipeline"]), "active": pa.array([True]),
            "created_at": timestamps(known(1)), "updated_at": timestamps(known(1)),
        })  # fmt: skip
        properties = pa.table({
            "_fivetran_id": pa.array(["prop_lifecyclestage", "prop_hs_lead_status"]),
            "hubspot_object": pa.array(["contact", "contact"]),
            "name": pa.array(["lifecyclestage", "hs_lead_status"]),
            "label": pa.array(["Lifecycle Stage", "Lead Status"]),
            "type": pa.array(["enumeration", "enumeration"]),
            "hubspot_defined": pa.array([True, True]),
            "created_at": timestamps(known(2)),
            "updated_at": timestamps(known(2)),
        })  # fmt: skip
        values = [
            "lead",
            "marketingqualifiedlead",
            "salesqualifiedlead",
            "opportunity",
            "customer",
            CUSTOM_STAGE,
        ]
        labels = ["Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Opportunity", "Customer",
                  "Product Qualified Lead"]  # fmt: skip
        options = pa.table({
            "property_id": constant("prop_lifecyclestage", 6),
            "value": pa.array(values),
            "label": pa.array(labels),
            "hubspot_object": constant("contact", 6),
            "name": constant("lifecyclestage", 6),
            "hidden": booleans(np.zeros(6, dtype=bool)),
            "display_order": pa.array(np.arange(6)),
            "_fivetran_synced": timestamps(known(6)),
        })  # fmt: skip
        return {
            "owner": (owners, known(size)),
            "team": (teams, known(5)),
            "owner_team": (members, known(size)),
            "deal_pipeline_stage": (stages, known(5)),
            "deal_pipeline": (pipelines, known(1)),
            "property": (properties, known(2)),
            "property_option": (options, known(6)),
        }


def company_ids(index: Ints) -> pa.Array:
    """HubSpot company ids by company index."""
    return text_of(700_001 + np.asarray(index))


def declared_companies(world: World) -> Bools:
    """Companies that carry their Salesforce account's id: two in three, and all that their domain could not tie."""
    firms = world.company.companies
    shared = firms.shared_with >= 0
    in_pair = shared.copy()
    in_pair[firms.shared_with[shared]] = True
    return (np.arange(len(firms)) % 3 != 2) | ~firms.domain_known | in_pair


def owner_ids(index: Ints) -> pa.Array:
    """HubSpot owner ids by rep index."""
    return text_of(30_001 + np.asarray(index))


def deal_ids(index: Ints) -> pa.Array:
    """HubSpot deal ids by opportunity index."""
    return text_of(9_000_001 + np.asarray(index))


def form_name(campaign: str) -> str:
    """The form of a campaign: a webinar's form has the campaign's own name, so that both systems show one act."""
    kind, _, topic = campaign.partition(": ")
    return f"{kind}: {topic}" if kind == "Webinar" else f"Download {topic}"


def _pick(log: Log, mask: np.ndarray) -> Log:
    return Log(log.person[mask], log.at[mask], log.value[mask], log.reason[mask], log.by[mask])


__all__ = ["HubSpot", "nulls"]
