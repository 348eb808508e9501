"""Salesforce: leads, contacts, accounts, opportunities, campaigns, activities and their field histories."""

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
    Ints,
    booleans,
    constant,
    dates,
    decimals,
    join,
    last_value,
    latest,
    nulls,
    numbers,
    only,
    pick,
    salesforce_ids,
    stream,
    text_of,
    timestamps,
    where,
)
from demo.company import (
    CAMPAIGN_KINDS,
    COUNTRIES,
    COUNTRY_CURRENCY,
    COUNTRY_NAMES,
    CURRENCIES,
    INDUSTRIES,
    ZONES,
    pa_text,
)
from demo.definitions import TYPE_CODE
from demo.journeys import (
    ACCEPTED,
    CONVERTED,
    LOSS_REASONS,
    NEW,
    REASONS,
    REJECTED,
    VIA_MEMBER,
    Log,
)
from demo.people import (
    CRM_CONTACT,
    CRM_LEAD,
    HARD,
    KEPT,
    MERGED,
    MISSING,
    OLD,
    SF_LEAD,
    SHOUTED,
    SOFT,
    SOURCES,
    TAGGED,
)
from demo.traps import RATES
from demo.world import Extract, World

LEAD_STATUS = ["Open - Not Contacted", "Marketing Qualified", "Working - Contacted", "Unqualified",
               "Closed - Converted", "Nurture", "Qualified"]  # fmt: skip
CONTACT_STATUS: list[str | None] = [None, None, "Accepted", "Rejected", None, None, None]
USER_TITLES = ["SDR", "Account Executive", "Sales Manager", "Administrator", "Marketing Automation"]
STAGES = ["Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]
PROBABILITY = np.array([20.0, 50.0, 75.0, 100.0, 0.0])


def record_emails(world: World, index: Ints, cut: int | None = None) -> pa.Array:
    """The e-mail column of source records, in the spelling each record carries."""
    records, people = world.records, world.people
    person = records.person[index]
    form = records.email_form[index]
    email = people.email.take(pa.array(person))
    old = people.old_email.take(pa.array(person))
    if cut is not None:
        before = people.moved_at[person] > cut
        email = where(before, pc.coalesce(old, email), email)
    email = where(form == OLD, pc.coalesce(old, email), email)
    email = where(form == SHOUTED, join(" ", pc.utf8_upper(email), " "), email)
    if (form == TAGGED).any():
        email = where(
            form == TAGGED, pc.replace_substring(email, "@", "+newsletter@", max_replacements=1), email
        )
    return only(form != MISSING, email)


def user_ids(world: World, index: Ints) -> pa.Array:
    """User ids by rep index; below zero a queue, `NEVER` nobody."""
    index = np.asarray(index, dtype=np.int64)
    queue = salesforce_ids("00G", np.where(index < 0, -index, 0))
    user = salesforce_ids("005", np.clip(np.where(index < NEVER, index, 0), 0, None) + 1)
    return only(index < NEVER, where(index < 0, queue, user))


class Salesforce:
    """Writes the demo company as Salesforce would hold it at any instant."""

    def __init__(self, world: World) -> None:
        self.world = world
        people, journeys, records = world.people, world.journeys, world.records
        statuses = journeys.statuses
        crm = people.crm[statuses.person]
        on_lead = (crm == CRM_LEAD) & (statuses.at <= journeys.converted[statuses.person])
        self.lead_log = _pick(statuses, on_lead)
        main = records.main[SF_LEAD][self.lead_log.person]
        self.lead_log.at = np.maximum(self.lead_log.at, records.created[main] + 30 * SECOND)
        on_contact = (crm == CRM_CONTACT) | (
            (crm == CRM_LEAD) & (statuses.at > journeys.converted[statuses.person])
        )
        on_contact &= np.isin(statuses.value, (ACCEPTED, REJECTED))
        self.contact_log = _pick(statuses, on_contact)
        owners = journeys.owners
        crm = people.crm[owners.person]
        with_lead = (crm == CRM_LEAD) & (owners.at <= journeys.converted[owners.person])
        self.lead_owner_log = _pick(owners, with_lead)
        main = records.main[SF_LEAD][self.lead_owner_log.person]
        self.lead_owner_log.at = np.maximum(self.lead_owner_log.at, records.created[main] + 40 * SECOND)
        self.contact_owner_log = _pick(owners, ((crm == CRM_CONTACT) | (crm == CRM_LEAD)) & ~with_lead)
        self.contact_people = np.flatnonzero(world.contact_number >= 0)
        self.contact_people = self.contact_people[np.argsort(world.contact_number[self.contact_people])]
        mine = np.isin(people.crm[journeys.deals.person], (CRM_LEAD, CRM_CONTACT))
        mine &= world.contact_number[journeys.deals.person] >= 0
        self.deals = np.flatnonzero(mine)
        self.roles = self._roles()

    # Links -----------------------------------------------------------------------------------------------------

    def _roles(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Contact roles: deal, person, created, kind (0 primary, 1 further)."""
        world = self.world
        rng = stream(world.seed, "roles")
        deals = world.journeys.deals
        person = deals.person[self.deals]
        at = np.maximum(deals.created[self.deals], world.contact_created[person])
        known = self.contact_people[world.people.company[self.contact_people] >= 0]
        known = known[np.argsort(world.people.company[known], kind="stable")]
        firms = world.people.company[known]
        low = np.searchsorted(firms, world.people.company[person], side="left")
        high = np.searchsorted(firms, world.people.company[person], side="right")
        other = known[
            np.clip(low + (rng.random(len(person)) * (high - low)).astype(np.int64), 0, len(known) - 1)
        ]
        joined = np.maximum(at, world.contact_created[other]) + rng.integers(HOUR, 9 * DAY, len(person))
        use = (other != person) & (rng.random(len(person)) < 0.6) & (joined < world.end)
        until = np.where(deals.closed[self.deals] < NEVER, deals.closed[self.deals], world.end)
        use &= joined < until
        return (
            np.concatenate([self.deals, self.deals[use]]),
            np.concatenate([person, other[use]]),
            np.concatenate([at, joined[use]]),
            np.concatenate([np.zeros(len(person), dtype=np.int64), np.ones(int(use.sum()), dtype=np.int64)]),
        )

    def who_ids(self, person: Ints, cut: int) -> pa.Array:
        """The lead's id until its conversion, the contact's from then on."""
        world = self.world
        main = world.records.main[SF_LEAD][person]
        lead = salesforce_ids("00Q", np.where(main >= 0, world.records.number[np.clip(main, 0, None)], 0) + 1)
        contact = salesforce_ids("003", np.clip(world.contact_number[person], 0, None) + 1)
        return where(world.contact_created[person] <= cut, contact, lead)

    def account_ids(self, company: Ints, cut: int) -> pa.Array:
        """The account's id, null before the account exists or without a company."""
        safe = np.clip(company, 0, None)
        return only(
            (company >= 0) & (self.world.account_created[safe] <= cut), salesforce_ids("001", safe + 1)
        )

    # Tables ----------------------------------------------------------------------------------------------------

    def at(self, cut: int) -> dict[str, Extract]:
        """Every table whose rows change, as of an instant."""
        return {
            "lead": self._leads(cut),
            "contact": self._contacts(cut),
            "account": self._accounts(cut),
            "opportunity": self._opportunities(cut),
            "opportunity_contact_role": self._contact_roles(),
            "campaign": self._campaigns(cut),
            "campaign_member": self._members(cut),
            "task": self._tasks(cut),
            "event": self._events(cut),
            "user": self._users(cut),
        }

    def static(self) -> dict[str, Extract]:
        """Every table whose rows never change once written."""
        return {
            "lead_history": self._lead_history(),
            "contact_history": self._contact_history(),
            "account_history": self._account_history(),
            "opportunity_field_history": self._field_history(),
            "opportunity_history": self._opportunity_history(),
            "opportunity_stage": self._stages(),
            "dated_conversion_rate": self._rates(),
            "group": self._groups(),
            "user_role": self._user_roles(),
        }

    def _leads(self, cut: int) -> Extract:
        world, records, people = self.world, self.world.records, self.world.people
        index = records.of(SF_LEAD)
        index = index[np.argsort(records.number[index])]
        index = index[records.created[index] <= cut]
        purged = (records.gone_how[index] == HARD) & (records.gone_at[index] <= cut)
        index = index[~(purged & (records.gone_at[index] <= world.end - world.purged_after))]
        person = records.person[index]
        main = records.main[SF_LEAD][person] == index
        count = len(people)
        status = last_value(
            self.lead_log.person, self.lead_log.at, self.lead_log.value, cut, np.zeros(count, np.int64)
        )
        refused = _pick(self.lead_log, self.lead_log.value == REJECTED)
        reason = last_value(refused.person, refused.at, refused.reason, cut, np.full(count, -1, np.int64))
        queue = -1 - people.rep % 3
        owner = last_value(
            self.lead_owner_log.person, self.lead_owner_log.at, self.lead_owner_log.value, cut, queue
        )
        stamp_person = np.zeros(count, dtype=np.int64)
        latest(stamp_person, self.lead_log.person, self.lead_log.at, cut)
        latest(stamp_person, self.lead_owner_log.person, self.lead_owner_log.at, cut)
        stamp = np.maximum(records.created[index], np.where(main, stamp_person[person], 0))
        converted_at = np.where(
            main, world.journeys.converted[person],
            np.where(self._second(index), world.journeys.converted[person] + 3 * MINUTE, NEVER),
        )  # fmt: skip
        converted = converted_at <= cut
        stamp = np.where(converted, np.maximum(stamp, converted_at), stamp)
        gone = records.gone_at[index] <= cut
        stamp = np.where(gone, np.maximum(stamp, records.gone_at[index]), stamp)
        merged = gone & (records.gone_how[index] == MERGED)
        master = records.master[index]
        hard = gone & (records.gone_how[index] == HARD)
        company = people.company[person]
        safe = np.clip(company, 0, None)
        company_name = where(
            company >= 0, pick(pa_text(world.company.companies.name), safe),
            pick(["[not provided]", "Self-employed", None], np.where(person % 3 == 2, -1, person % 3)),
        )  # fmt: skip
        domain = pick(pa_text(world.company.companies.domain), safe)
        website = where(person % 3 == 0, join("https://www.", domain, "/about?ref=crm"), domain)
        code = np.where(converted, CONVERTED, np.where(main, status[person], NEW))
        firms = world.company.companies
        first, last = people.first.take(pa.array(person)), people.last.take(pa.array(person))
        table = pa.table({
            "id": salesforce_ids("00Q", records.number[index] + 1),
            "master_record_id": only(merged, salesforce_ids("00Q", records.number[np.clip(master, 0, None)] + 1)),
            "converted_contact_id": only(
                converted, salesforce_ids("003", np.clip(world.contact_number[person], 0, None) + 1)
            ),
            "converted_account_id": only(converted, self.account_ids(company, cut)),
            "converted_opportunity_id": only(converted & main, self._first_deal(person)),
            "owner_id": user_ids(world, np.where(main, owner[person], queue[person])),
            "email": record_emails(world, index),
            "first_name": first,
            "last_name": last,
            "name": join(first, " ", last),
            "title": pick([row[0] for row in words.TITLES], people.title[person]),
            "company": company_name,
            "website": only((company >= 0) & (person % 5 != 0), website),
            "phone": join("+1 555 ", text_of(1000 + person % 9000)),
            "country": pick([*COUNTRY_NAMES, "Select"], np.where(person % 97 == 0, 10, people.country[person])),
            "country_code": only(person % 4 != 0, pick(COUNTRIES, people.country[person])),
            "industry": only(company >= 0, pick(INDUSTRIES, firms.industry[safe])),
            "lead_source": pick([row[0] for row in SOURCES], people.source[person]),
            "status": pick(LEAD_STATUS, code),
            "rejection_reason_c": pick(REASONS, np.where(main, reason[person], -1)),
            "number_of_employees": numbers(firms.employees[safe].astype(float), company < 0),
            "is_converted": booleans(converted),
            "is_deleted": booleans(gone & ~hard),
            "has_opted_out_of_email": booleans(np.zeros(len(index), dtype=bool)),
            "converted_date": dates(np.where(converted, converted_at, NEVER)),
            "created_date": timestamps(records.created[index]),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
            "_fivetran_deleted": booleans(hard),
        })  # fmt: skip
        return table, stamp

    def _second(self, index: Ints) -> np.ndarray:
        """Further leads of a converted person: they were converted into the same contact."""
        records = self.world.records
        person = records.person[index]
        return (
            (records.main[SF_LEAD][person] != index)
            & (records.gone_how[index] == KEPT)
            & (records.created[index] < self.world.journeys.converted[person])
        )

    def _first_deal(self, person: Ints) -> pa.Array:
        deals = self.world.journeys.deals
        first = np.full(len(self.world.people), -1, dtype=np.int64)
        first[deals.person[self.deals][::-1]] = self.deals[::-1]
        return only(first[person] >= 0, salesforce_ids("006", np.clip(first[person], 0, None) + 1))

    def _contacts(self, cut: int) -> Extract:
        world, people = self.world, self.world.people
        person = self.contact_people[world.contact_created[self.contact_people] <= cut]
        count = len(people)
        status = last_value(self.contact_log.person, self.contact_log.at, self.contact_log.value, cut,
                            np.zeros(count, np.int64))  # fmt: skip
        refused = _pick(self.contact_log, self.contact_log.value == REJECTED)
        reason = last_value(refused.person, refused.at, refused.reason, cut, np.full(count, -1, np.int64))
        log = self.contact_owner_log
        owner = last_value(log.person, log.at, log.value, cut, people.rep)
        stamp = np.zeros(count, dtype=np.int64)
        latest(stamp, self.contact_log.person, self.contact_log.at, cut)
        latest(stamp, log.person, log.at, cut)
        stamp = np.maximum(stamp[person], world.contact_created[person])
        records = world.records
        main = np.where(records.main[1][person] >= 0, records.main[1][person], records.main[0][person])
        first, last = people.first.take(pa.array(person)), people.last.take(pa.array(person))
        company = people.company[person]
        table = pa.table({
            "id": salesforce_ids("003", world.contact_number[person] + 1),
            "master_record_id": nulls(len(person)),
            "account_id": self.account_ids(company, cut),
            "owner_id": user_ids(world, owner[person]),
            "email": record_emails(world, main),
            "first_name": first,
            "last_name": last,
            "name": join(first, " ", last),
            "title": pick([row[0] for row in words.TITLES], people.title[person]),
            "phone": join("+1 555 ", text_of(1000 + person % 9000)),
            "mailing_country": pick(COUNTRY_NAMES, people.country[person]),
            "mailing_country_code": pick(COUNTRIES, people.country[person]),
            "lead_source": pick([row[0] for row in SOURCES], people.source[person]),
            "contact_status_c": pick(CONTACT_STATUS, status[person]),
            "rejection_reason_c": pick(REASONS, reason[person]),
            "is_deleted": booleans(np.zeros(len(person), dtype=bool)),
            "has_opted_out_of_email": booleans(np.zeros(len(person), dtype=bool)),
            "created_date": timestamps(world.contact_created[person]),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _accounts(self, cut: int) -> Extract:
        world, firms = self.world, self.world.company.companies
        own = np.flatnonzero(world.account_created <= cut)
        copies_all = np.flatnonzero((firms.duplicate_of >= 0) & firms.in_salesforce)
        copies = copies_all[world.account_created[copies_all] + DAY <= cut]
        firm = np.concatenate([own, copies])
        is_copy = np.arange(len(firm)) >= len(own)
        number = np.concatenate([own, len(firms) + np.searchsorted(copies_all, copies)])
        merged_at = np.where(is_copy, firms.duplicate_at[firm], NEVER)
        merged = merged_at <= cut
        created = world.account_created[firm] + np.where(is_copy, DAY, 0)
        # A correction of the employee count, some time in the history.
        corrected_at = np.where((firm % 23 == 5) & ~is_copy, world.company.start + (firm % 300) * DAY, NEVER)
        corrected_at = np.maximum(corrected_at, created)
        corrected = corrected_at <= cut
        stamp = np.where(merged, merged_at, np.where(corrected, corrected_at, created))
        employees = firms.employees[firm]
        parent = firms.parent[firm]
        domain = pick(pa_text(firms.domain), firm)
        site = where(firm % 4 == 0, join("http://www.", domain, ":8080/"), domain)
        site = where(firm % 4 == 1, join("https://", domain, "/en/index.html"), site)
        name = pick(pa_text(firms.name), firm)
        currency = np.array(COUNTRY_CURRENCY)[firms.country[firm]]
        count = len(firm)
        table = pa.table({
            "id": salesforce_ids("001", number + 1),
            "master_record_id": only(merged, salesforce_ids("001", firm + 1)),
            "parent_id": only((parent >= 0) & ~is_copy & (world.account_created[np.clip(parent, 0, None)] <= cut),
                              salesforce_ids("001", np.clip(parent, 0, None) + 1)),
            "owner_id": user_ids(world, firm % (self.world.company.reps.role == 0).sum()),
            "name": where(is_copy, join(name, " (copy)"), name),
            "website": only(firms.domain_known[firm], site),
            "phone": join("+1 555 ", text_of(1000 + firm % 9000)),
            "type": pick(["Prospect", "Customer"], (firm % 11 == 0).astype(np.int64)),
            "industry": pick(INDUSTRIES, firms.industry[firm]),
            "billing_city": constant("Springfield", count),
            "billing_country": pick(COUNTRY_NAMES, firms.country[firm]),
            "billing_country_code": pick(COUNTRIES, firms.country[firm]),
            "currency_iso_code": pick(CURRENCIES, currency),
            "number_of_employees": numbers((employees + (~corrected & (firm % 23 == 5))).astype(float)),
            "annual_revenue": decimals(firms.revenue[firm]),
            "is_deleted": booleans(merged),
            "created_date": timestamps(created),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def stage_at(self, deal: Ints, cut: int) -> Ints:
        """Index into STAGES of each deal at an instant."""
        deals = self.world.journeys.deals
        stage = (deals.proposal[deal] <= cut).astype(np.int64) + (deals.negotiation[deal] <= cut)
        return np.where(deals.closed[deal] <= cut, np.where(deals.won[deal], 3, 4), stage)

    def _deal_created(self, deal: Ints) -> Ints:
        deals = self.world.journeys.deals
        return np.maximum(deals.created[deal], self.world.contact_created[deals.person[deal]])

    def _opportunities(self, cut: int) -> Extract:
        world, deals = self.world, self.world.journeys.deals
        created = self._deal_created(self.deals)
        deal = self.deals[created <= cut]
        created = created[created <= cut]
        stage = self.stage_at(deal, cut)
        stamp = np.maximum(created, np.where(deals.proposal[deal] <= cut, deals.proposal[deal], 0))
        stamp = np.maximum(stamp, np.where(deals.negotiation[deal] <= cut, deals.negotiation[deal], 0))
        closed = stage >= 3
        stamp = np.where(closed, deals.closed[deal], stamp)
        person = deals.person[deal]
        company = world.people.company[person]
        # The amount grows by a tenth when the proposal goes out.
        amount = deals.amount[deal] * np.where(stage >= 1, 1.0, 0.9)
        table = pa.table({
            "id": salesforce_ids("006", deal + 1),
            "account_id": self.account_ids(company, cut),
            "owner_id": user_ids(world, deals.owner[deal]),
            "campaign_id": only(deals.campaign[deal] >= 0,
                                salesforce_ids("701", np.clip(deals.campaign[deal], 0, None) + 1)),
            "contact_id": salesforce_ids("003", world.contact_number[person] + 1),
            "name": join(pick(pa_text(world.company.companies.name), np.clip(company, 0, None)), " - ",
                         text_of(deal + 1)),
            "stage_name": pick(STAGES, stage),
            "type": constant("New Business", len(deal)),
            "lead_source": pick([row[0] for row in SOURCES], world.people.source[person]),
            "next_step": only((stage < 3) & (deal % 3 > 0), constant("Call with the buying committee", len(deal))),
            "loss_reason_c": pick(LOSS_REASONS, np.where(stage == 4, deals.reason[deal], -1)),
            "currency_iso_code": pick(CURRENCIES, deals.currency[deal]),
            "amount": decimals(amount),
            "probability": numbers(PROBABILITY[stage]),
            "is_closed": booleans(closed),
            "is_won": booleans(stage == 3),
            "is_deleted": booleans(np.zeros(len(deal), dtype=bool)),
            "close_date": dates(np.where(closed, deals.closed[deal], deals.moved[deal])),
            "created_date": timestamps(created),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _contact_roles(self) -> Extract:
        deal, person, at, kind = self.roles
        deals = self.world.journeys.deals
        at = np.where(kind == 0, self._deal_created(deal), at)
        table = pa.table({
            "id": salesforce_ids("00K", np.arange(len(deal)) + 1),
            "opportunity_id": salesforce_ids("006", deal + 1),
            "contact_id": salesforce_ids("003", self.world.contact_number[person] + 1),
            "role": pick(["Decision Maker", "Influencer", "Select"],
                         np.where(kind == 0, 0, np.where(deals.owner[deal] % 5 == 0, 2, 1))),
            "is_primary": booleans(kind == 0),
            "is_deleted": booleans(np.zeros(len(deal), dtype=bool)),
            "created_date": timestamps(at),
            "last_modified_date": timestamps(at),
            "system_modstamp": timestamps(at),
            "_fivetran_synced": timestamps(at + 20 * MINUTE),
        })  # fmt: skip
        return table, at

    def _campaigns(self, cut: int) -> Extract:
        campaigns = self.world.company.campaigns
        created = campaigns.start - 14 * DAY
        index = np.flatnonzero(created <= cut)
        over = campaigns.end[index] <= cut
        stamp = np.where(over, campaigns.end[index], created[index])
        table = pa.table({
            "id": salesforce_ids("701", index + 1),
            "owner_id": user_ids(self.world, np.full(len(index), int(np.flatnonzero(
                self.world.company.reps.role == 4)[0]))),
            "name": pick(pa_text(campaigns.name), index),
            "type": pick(CAMPAIGN_KINDS, campaigns.kind[index]),
            "status": pick(["In Progress", "Completed"], over.astype(np.int64)),
            "currency_iso_code": constant("USD", len(index)),
            "budgeted_cost": decimals(np.round(campaigns.cost[index] * 1.1, -2)),
            "actual_cost": decimals(np.where(over, campaigns.cost[index], 0.0), ~over),
            "is_active": booleans(~over),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "start_date": dates(campaigns.start[index]),
            "end_date": dates(campaigns.end[index]),
            "created_date": timestamps(created[index]),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _members(self, cut: int) -> Extract:
        world, acts = self.world, self.world.journeys.acts
        index = members(world)
        person, at = acts.person[index].astype(np.int64), acts.at[index]
        moved = np.where(world.contact_created[person] <= cut, world.contact_created[person], 0)
        stamp = np.maximum(acts.known[index], moved)
        number = np.arange(len(index))
        use = acts.known[index] <= cut
        person, at, stamp, number, index = person[use], at[use], stamp[use], number[use], index[use]
        attended = np.isin(acts.kind[index], (TYPE_CODE["webinar_attended"], TYPE_CODE["event_attended"]))
        on_contact = world.contact_created[person] <= cut
        who = self.who_ids(person, cut)
        table = pa.table({
            "id": salesforce_ids("00v", number + 1),
            "campaign_id": salesforce_ids("701", acts.campaign[index].astype(np.int64) + 1),
            "lead_id": only(~on_contact, who),
            "contact_id": only(on_contact, who),
            "status": pick(["Registered", "Attended", "Responded"],
                           np.where(attended, 1, np.where(acts.kind[index] == TYPE_CODE["content_downloaded"], 2, 0))),
            "has_responded": booleans(np.ones(len(index), dtype=bool)),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "first_responded_date": timestamps(at),
            "created_date": timestamps(at),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _mine(self, meetings: bool) -> Ints:
        out = self.world.journeys.outreach
        crm = self.world.people.crm[out.person]
        return np.flatnonzero(((out.kind >= 4) == meetings) & np.isin(crm, (CRM_LEAD, CRM_CONTACT)))

    def _tasks(self, cut: int) -> Extract:
        world, out = self.world, self.world.journeys.outreach
        every = self._mine(meetings=False)
        number = np.flatnonzero(out.made[every] <= cut)
        index = every[number]
        person, at, kind = out.person[index], out.at[index], out.kind[index]
        done = out.done[index] & (at <= cut)
        moved = world.contact_created[person] <= cut
        stamp = np.where(done, at, out.made[index])
        stamp = np.where(moved, np.maximum(stamp, world.contact_created[person]), stamp)
        automated = kind == 2
        subject = pick(["Call", "Email: following up", "Sequence step 2: nudge", "LinkedIn message"], kind)
        table = pa.table({
            "id": salesforce_ids("00T", number + 1),
            "who_id": self.who_ids(person, cut),
            "what_id": nulls(len(index)),
            "account_id": only(moved, self.account_ids(world.people.company[person], cut)),
            "owner_id": user_ids(world, out.owner[index]),
            "subject": subject,
            "type": pick(["Call", "Email", "Email", "Message"], kind),
            "task_subtype": pick(["Call", "Email", "Email", "Task"], kind),
            "status": pick(["Not Started", "Completed"], done.astype(np.int64)),
            "call_type": only(kind == 0, constant("Outbound", len(index))),
            "call_disposition": only((kind == 0) & done, constant("Connected", len(index))),
            "sales_loft_cadence_name_c": only(automated, constant("Inbound Sequence", len(index))),
            "sales_loft_step_id_c": only(automated, text_of(9000 + index)),
            "sales_loft_step_type_c": only(automated, constant("Automated Email", len(index))),
            "is_closed": booleans(done),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "activity_date": dates(at),
            "completed_date_time": timestamps(np.where(done, at, NEVER)),
            "created_date": timestamps(out.made[index]),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _events(self, cut: int) -> Extract:
        world, out = self.world, self.world.journeys.outreach
        every = self._mine(meetings=True)
        number = np.flatnonzero(out.made[every] <= cut)
        index = every[number]
        person, at = out.person[index], out.at[index]
        over = at + 30 * MINUTE <= cut
        stamp = np.where(over, np.maximum(at + 31 * MINUTE, out.made[index]), out.made[index])
        moved = world.contact_created[person] <= cut
        stamp = np.where(moved, np.maximum(stamp, world.contact_created[person]), stamp)
        stamp = np.minimum(stamp, cut)
        held = out.done[index]
        table = pa.table({
            "id": salesforce_ids("00U", number + 1),
            "who_id": self.who_ids(person, cut),
            "what_id": nulls(len(index)),
            "account_id": only(moved, self.account_ids(world.people.company[person], cut)),
            "owner_id": user_ids(world, out.owner[index]),
            "subject": pick(["Discovery call", "Next step: buying committee"], out.kind[index] - 4),
            "type": constant("Meeting", len(index)),
            "event_subtype": constant("Event", len(index)),
            "meeting_outcome_c": pick(["Held", "No Show"], np.where(over, np.where(held, 0, 1), -1)),
            "no_show_c": booleans(over & ~held),
            "is_child": booleans(np.zeros(len(index), dtype=bool)),
            "is_deleted": booleans(np.zeros(len(index), dtype=bool)),
            "duration_in_minutes": numbers(np.full(len(index), 30.0)),
            "activity_date_time": timestamps(at),
            "start_date_time": timestamps(at),
            "end_date_time": timestamps(at + 30 * MINUTE),
            "created_date": timestamps(out.made[index]),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _users(self, cut: int) -> Extract:
        company = self.world.company
        reps = company.reps
        index = np.arange(len(reps))
        moved = (reps.calendar != reps.calendar_later) & (reps.moves_at <= cut)
        created = np.full(len(reps), company.start - 400 * DAY)
        stamp = np.where(moved, reps.moves_at, created)
        zone = np.where(moved, reps.calendar_later, reps.calendar)
        first, last = pa_text(reps.first), pa_text(reps.last)
        email = rep_emails(self.world)
        table = pa.table({
            "id": user_ids(self.world, index),
            "manager_id": only(reps.manager >= 0, user_ids(self.world, np.clip(reps.manager, 0, None))),
            "user_role_id": salesforce_ids("00E", reps.role + 1),
            "name": join(first, " ", last),
            "email": email,
            "username": email,
            "title": pick(USER_TITLES, reps.role),
            "department": pick(["Sales", "Sales", "Sales", "IT", "Marketing"], reps.role),
            "division": pick(["US East", "US West", "UK", "Germany"], zone),
            "time_zone_sid_key": pick(ZONES, zone),
            "country_code": pick(["US", "US", "GB", "DE"], zone),
            "is_active": booleans(reps.active),
            "is_deleted": booleans(np.zeros(len(reps), dtype=bool)),
            "created_date": timestamps(created),
            "last_modified_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 20 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _user_roles(self) -> Extract:
        names = [
            "Sales Development",
            "Account Executive",
            "Sales Manager",
            "Administrator",
            "Marketing Operations",
        ]
        stamp = np.full(5, self.world.company.start - 400 * DAY)
        table = pa.table({
            "id": salesforce_ids("00E", np.arange(5) + 1),
            "parent_role_id": only(np.arange(5) < 2, salesforce_ids("00E", np.full(5, 3))),
            "name": pa.array(names),
            "system_modstamp": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    def _groups(self) -> Extract:
        names = self.world.company.queue_names
        stamp = np.full(len(names), self.world.company.start - 400 * DAY)
        table = pa.table({
            "id": salesforce_ids("00G", np.arange(len(names)) + 1),
            "name": pa.array(names),
            "developer_name": pa.array([name.replace(" ", "_") for name in names]),
            "type": constant("Queue", len(names)),
            "is_deleted": booleans(np.zeros(len(names), dtype=bool)),
            "created_date": timestamps(stamp),
            "system_modstamp": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    def _stages(self) -> Extract:
        stamp = np.full(len(STAGES), self.world.company.start - 400 * DAY)
        order = np.arange(len(STAGES))
        table = pa.table({
            "id": salesforce_ids("01J", order + 1),
            "api_name": pa.array(STAGES),
            "master_label": pa.array(STAGES),
            "is_active": booleans(np.ones(len(STAGES), dtype=bool)),
            "is_closed": booleans(order >= 3),
            "is_won": booleans(order == 3),
            "sort_order": pa.array(order + 1),
            "system_modstamp": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    def _rates(self) -> Extract:
        """Units of the currency per corporate currency, as Salesforce keeps them; one rate a quarter."""
        start = self.world.company.start // DAY - 200
        quarters = int((self.world.end // DAY - start) // 91 + 2)
        rows = np.arange(3 * quarters)
        currency, quarter = np.divmod(rows, quarters)
        base = np.array([1.0, 0.8, 0.92])[currency]
        drift = np.where(currency == 0, 0.0, 0.01 * np.sin(quarter * 1.7 + currency))
        begin = (start + quarter * 91) * DAY
        stamp = np.minimum(begin, self.world.end - DAY)
        stamp[:] = self.world.company.start - 400 * DAY
        table = pa.table({
            "id": salesforce_ids("04w", rows + 1),
            "iso_code": pick(CURRENCIES, currency),
            "conversion_rate": numbers(np.round(base + drift, 6)),
            "start_date": dates(begin),
            "next_start_date": dates(begin + 91 * DAY),
            "system_modstamp": timestamps(stamp),
        })  # fmt: skip
        return table, stamp

    # Histories -------------------------------------------------------------------------------------------------

    def _lead_history(self) -> Extract:
        world, records = self.world, self.world.records
        log, owners = self.lead_log, self.lead_owner_log
        old = _previous(log, NEW)
        refused = _pick(log, log.value == REJECTED)
        old_reason = _previous(
            Log(refused.person, refused.at, refused.reason, refused.reason, refused.by), -1
        )
        queue = -1 - world.people.rep % 3
        before = _previous_from(owners, queue)
        sizes = [len(log), len(refused), len(owners)]
        person = np.concatenate([log.person, refused.person, owners.person])
        at = np.concatenate([log.at, refused.at, owners.at])
        by = np.concatenate([log.by, refused.by, owners.by])
        field = np.repeat(np.arange(3), sizes)
        old_value = pa.concat_arrays(
            [pick(LEAD_STATUS, old), pick(REASONS, old_reason), user_ids(world, before)]
        )
        new_value = pa.concat_arrays(
            [pick(LEAD_STATUS, log.value), pick(REASONS, refused.reason), user_ids(world, owners.value)]
        )
        converted = np.flatnonzero(world.journeys.converted < NEVER)
        converted = converted[records.main[SF_LEAD][converted] >= 0]
        person = np.concatenate([person, converted])
        at = np.concatenate([at, world.journeys.converted[converted]])
        by = np.concatenate([by, world.people.rep[converted]])
        field = np.concatenate([field, np.full(len(converted), 3)])
        old_value = pa.concat_arrays([old_value, nulls(len(converted))])
        new_value = pa.concat_arrays([new_value, nulls(len(converted))])
        keep = np.flatnonzero((at >= world.tracking_from) & ~_same(old_value, new_value, field))
        keep = keep[np.lexsort((field[keep], person[keep], at[keep]))]
        main = records.main[SF_LEAD][person[keep]]
        table = pa.table({
            "id": salesforce_ids("017", np.arange(len(keep)) + 1),
            "lead_id": salesforce_ids("00Q", records.number[main] + 1),
            "created_by_id": user_ids(world, by[keep]),
            "field": pick(["Status", "Rejection_Reason__c", "Owner", "leadConverted"], field[keep]),
            "old_value": old_value.take(pa.array(keep)),
            "new_value": new_value.take(pa.array(keep)),
            "is_deleted": booleans(np.zeros(len(keep), dtype=bool)),
            "created_date": timestamps(at[keep]),
            "_fivetran_synced": timestamps(at[keep] + 20 * MINUTE),
        })  # fmt: skip
        return table, at[keep]

    def _contact_history(self) -> Extract:
        world = self.world
        log = self.contact_log
        old = _previous(log, NEW)
        refused = _pick(log, log.value == REJECTED)
        owners = self.contact_owner_log
        before = _previous_from(owners, world.people.rep)
        person = np.concatenate([log.person, refused.person, owners.person])
        at = np.concatenate([log.at, refused.at, owners.at])
        at = np.maximum(at, world.contact_created[person])
        by = np.concatenate([log.by, refused.by, owners.by])
        field = np.repeat(np.arange(3), [len(log), len(refused), len(owners)])
        old_value = pa.concat_arrays(
            [pick(CONTACT_STATUS, old), nulls(len(refused)), user_ids(world, before)]
        )
        new_value = pa.concat_arrays([pick(CONTACT_STATUS, log.value), pick(REASONS, refused.reason),
                                      user_ids(world, owners.value)])  # fmt: skip
        keep = np.flatnonzero((at >= world.tracking_from) & (world.contact_number[person] >= 0)
                              & ~_same(old_value, new_value, np.zeros(len(at), dtype=np.int64)))  # fmt: skip
        keep = keep[np.lexsort((field[keep], person[keep], at[keep]))]
        table = pa.table({
            "id": salesforce_ids("018", np.arange(len(keep)) + 1),
            "contact_id": salesforce_ids("003", world.contact_number[person[keep]] + 1),
            "created_by_id": user_ids(world, by[keep]),
            "field": pick(["Contact_Status__c", "Rejection_Reason__c", "Owner"], field[keep]),
            "old_value": old_value.take(pa.array(keep)),
            "new_value": new_value.take(pa.array(keep)),
            "is_deleted": booleans(np.zeros(len(keep), dtype=bool)),
            "created_date": timestamps(at[keep]),
            "_fivetran_synced": timestamps(at[keep] + 20 * MINUTE),
        })  # fmt: skip
        return table, at[keep]

    def _account_history(self) -> Extract:
        world, firms = self.world, self.world.company.companies
        at_all = world.company.start + (np.arange(len(firms)) % 300) * DAY
        firm = np.flatnonzero((np.arange(len(firms)) % 23 == 5) & (world.account_created < at_all))
        at = at_all[firm]
        table = pa.table({
            "id": salesforce_ids("01A", np.arange(len(firm)) + 1),
            "account_id": salesforce_ids("001", firm + 1),
            "field": constant("NumberOfEmployees", len(firm)),
            "old_value": text_of(firms.employees[firm] + 1),
            "new_value": text_of(firms.employees[firm]),
            "created_date": timestamps(at),
            "_fivetran_synced": timestamps(at + 20 * MINUTE),
        })  # fmt: skip
        return table, at

    def _stage_changes(self) -> tuple[Ints, Ints, Ints, Ints]:
        deals = self.world.journeys.deals
        created = self._deal_created(self.deals)
        until = np.where(deals.closed[self.deals] < NEVER, deals.closed[self.deals], self.world.end)
        deal, at, old, new = (
            [self.deals],
            [created],
            [np.full(len(created), -1)],
            [np.zeros(len(created), dtype=np.int64)],
        )
        reached = np.zeros(len(created), dtype=np.int64)
        for stage, moment in ((1, deals.proposal[self.deals]), (2, deals.negotiation[self.deals])):
            use = (moment < until) & (moment > created)
            deal.append(self.deals[use])
            at.append(moment[use])
            old.append(reached[use])
            new.append(np.full(int(use.sum()), stage))
            reached = np.where(use, stage, reached)
        done = deals.closed[self.deals] < NEVER
        deal.append(self.deals[done])
        at.append(deals.closed[self.deals][done])
        old.append(reached[done])
        new.append(np.where(deals.won[self.deals][done], 3, 4))
        columns = [np.concatenate(part) for part in (deal, at, old, new)]
        order = np.lexsort((columns[0], columns[1]))
        return columns[0][order], columns[1][order], columns[2][order], columns[3][order]

    def _field_history(self) -> Extract:
        deal, at, old, new = self._stage_changes()
        use = old >= 0
        deal, at, old, new = deal[use], at[use], old[use], new[use]
        table = pa.table({
            "id": salesforce_ids("01B", np.arange(len(deal)) + 1),
            "opportunity_id": salesforce_ids("006", deal + 1),
            "created_by_id": user_ids(self.world, self.world.journeys.deals.owner[deal]),
            "field": constant("StageName", len(deal)),
            "old_value": pick(STAGES, old),
            "new_value": pick(STAGES, new),
            "is_deleted": booleans(np.zeros(len(deal), dtype=bool)),
            "created_date": timestamps(at),
            "_fivetran_synced": timestamps(at + 20 * MINUTE),
        })  # fmt: skip
        return table, at

    def _opportunity_history(self) -> Extract:
        deal, at, _old, new = self._stage_changes()
        deals = self.world.journeys.deals
        table = pa.table({
            "id": salesforce_ids("008", np.arange(len(deal)) + 1),
            "opportunity_id": salesforce_ids("006", deal + 1),
            "created_by_id": user_ids(self.world, deals.owner[deal]),
            "stage_name": pick(STAGES, new),
            "amount": decimals(deals.amount[deal] * np.where(new >= 1, 1.0, 0.9)),
            "probability": numbers(PROBABILITY[new]),
            "close_date": dates(deals.moved[deal]),
            "created_date": timestamps(at),
            "system_modstamp": timestamps(at),
            "_fivetran_synced": timestamps(at + 20 * MINUTE),
        })  # fmt: skip
        return table, at


def members(world: World) -> Ints:
    """The acts that made a campaign member: the first per person and campaign."""
    acts = world.journeys.acts
    index = np.flatnonzero((acts.via == VIA_MEMBER) & (acts.campaign >= 0))
    key = acts.person[index] * np.int64(len(world.company.campaigns.kind) + 1) + acts.campaign[index]
    _, first = np.unique(key, return_index=True)
    return np.sort(index[first])


def deleted_members(world: World) -> Ints:
    """Numbers of the campaign members that were deleted for good: Salesforce keeps no trace of them."""
    step = round(1 / RATES["deleted_member"])
    count = len(members(world))
    return np.arange(7, count, step) if count else np.zeros(0, dtype=np.int64)


def rep_emails(world: World) -> pa.Array:
    """Mail addresses of the demo company's own staff."""
    reps = world.company.reps
    number = text_of(np.arange(len(reps)))
    return join(pc.utf8_lower(pa_text(reps.first)), ".", pc.utf8_lower(pa_text(reps.last)), number,
                "@concord-demo.example")  # fmt: skip


def _pick(log: Log, mask: np.ndarray) -> Log:
    return Log(log.person[mask], log.at[mask], log.value[mask], log.reason[mask], log.by[mask])


def _previous(log: Log, start: int) -> Ints:
    """The value before each change, `start` for a person's first."""
    old = np.full(len(log), start, dtype=np.int64)
    if len(log):
        same = log.person[1:] == log.person[:-1]
        old[1:] = np.where(same, log.value[:-1], start)
    return old


def _previous_from(log: Log, start: Ints) -> Ints:
    """The value before each change, the person's own start value for the first."""
    old = start[log.person].copy() if len(log) else np.zeros(0, dtype=np.int64)
    if len(log):
        same = log.person[1:] == log.person[:-1]
        old[1:] = np.where(same, log.value[:-1], start[log.person[1:]])
    return old


def _same(old: pa.Array, new: pa.Array, field: Ints) -> np.ndarray:
    """Changes that change nothing: the source writes no history row for them (conversion rows excepted)."""
    equal = pc.fill_null(pc.equal(old, new), False)
    both_null = pc.and_(pc.is_null(old), pc.is_null(new))
    return np.asarray(pc.or_(equal, both_null)) & (field != 3)


__all__ = ["LEAD_STATUS", "SOFT", "STAGES", "Salesforce", "record_emails", "rep_emails", "user_ids"]
