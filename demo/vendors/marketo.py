"""Marketo: leads, and one table per kind of activity."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

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
    join,
    numbers,
    only,
    pick,
    salesforce_ids,
    text_of,
    timestamps,
    where,
)
from demo.company import CAMPAIGN_KINDS, COUNTRY_NAMES, INDUSTRIES, pa_text
from demo.definitions import TYPE_CODE as T
from demo.journeys import VIA_MAP, VIA_PROGRAM
from demo.people import CRM_LEAD, MAP_MARKETO, MERGED, MK_LEAD, SF_LEAD, SOURCES
from demo.traps import RATES
from demo.vendors.hubspot import FORM_NAMES, FORM_PAGES, FORM_TYPES, PAGES, SITE, form_name
from demo.vendors.salesforce import record_emails
from demo.world import Extract, World, opted_out_at

EMAIL_TABLES = {
    "activity_send_email": "email_sent",
    "activity_email_delivered": "email_delivered",
    "activity_email_bounced": "email_hard_bounced",
    "activity_email_bounced_soft": "email_soft_bounced",
    "activity_open_email": "email_opened",
    "activity_click_email": "email_clicked",
    "activity_unsubscribe_email": "email_unsubscribed",
}


def lead_ids(world: World, index: Ints) -> pa.Array:
    """Marketo lead ids of records."""
    return text_of(1_000_001 + world.records.number[index])


class Marketo:
    """Writes the demo company as Marketo would hold it at any instant."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.main = world.records.main[MK_LEAD]

    def at(self, cut: int) -> dict[str, Extract]:
        """Every table whose rows change, as of an instant."""
        return {"lead": self._leads(cut)}

    def static(self) -> dict[str, Extract]:
        """Every table whose rows never change once written."""
        return {**self._merges(), **self._changes(), **self._emails(), **self._web(), **self._settings()}

    def _leads(self, cut: int) -> Extract:
        world, records, people = self.world, self.world.records, self.world.people
        every = records.of(MK_LEAD)
        every = every[np.argsort(records.number[every])]
        index = every[records.created[every] <= cut]
        person = records.person[index]
        main = self.main[person] == index
        gone = records.gone_at[index] <= cut
        lead = records.main[SF_LEAD][person]
        linked_at = np.maximum(records.created[np.clip(lead, 0, None)], records.created[index]) + 3 * MINUTE
        linked = (people.crm[person] == CRM_LEAD) & main & (person % 10 != 9) & (linked_at <= cut)
        born = np.maximum(world.contact_created[person], records.created[index]) + 3 * MINUTE
        as_contact = main & (world.contact_number[person] >= 0) & (person % 10 != 9) & (born <= cut)
        stamp = records.created[index].copy()
        stamp = np.where(linked, np.maximum(stamp, linked_at), stamp)
        stamp = np.where(as_contact, np.maximum(stamp, born), stamp)
        opted_at = opted_out_at(world, cut)[person]
        opted = main & (opted_at < NEVER)
        stamp = np.where(opted, np.maximum(stamp, opted_at), stamp)
        stamp = np.where(gone, np.maximum(stamp, records.gone_at[index]), stamp)
        company = people.company[person]
        safe = np.clip(company, 0, None)
        firms = world.company.companies
        table = pa.table({
            "id": lead_ids(world, index),
            "email": record_emails(world, index, cut),
            "first_name": people.first.take(pa.array(person)),
            "last_name": people.last.take(pa.array(person)),
            "title": pick([row[0] for row in words.TITLES], people.title[person]),
            "company": only(company >= 0, pick(pa_text(firms.name), safe)),
            "country": pick(COUNTRY_NAMES, people.country[person]),
            "industry": only(company >= 0, pick(INDUSTRIES, firms.industry[safe])),
            "lead_source": pick([row[0] for row in SOURCES], people.source[person]),
            "lead_status": constant("New", len(index)),
            "sfdc_lead_id": only(linked, salesforce_ids("00Q", records.number[np.clip(lead, 0, None)] + 1)),
            "sfdc_contact_id": only(
                as_contact, salesforce_ids("003", np.clip(world.contact_number[person], 0, None) + 1)
            ),
            "lead_score": numbers((people.interest[person] * 20).round()),
            "unsubscribed": booleans(opted),
            "email_invalid": booleans(people.bounces[person]),
            "_fivetran_deleted": booleans(gone),
            "created_at": timestamps(records.created[index]),
            "updated_at": timestamps(stamp),
            "_fivetran_synced": timestamps(stamp + 40 * MINUTE),
        })  # fmt: skip
        return table, stamp

    def _merges(self) -> dict[str, Extract]:
        """Merges as `[1,2]`, all losers of one go; the deletion of a loser is told twice now and then."""
        world, records = self.world, self.world.records
        losers = np.flatnonzero((records.object == MK_LEAD) & (records.gone_how == MERGED))
        order = np.lexsort((losers, records.gone_at[losers]))
        losers = losers[order]
        at = records.gone_at[losers]
        names = [f"[{1_000_001 + int(n)}]" for n in records.number[losers]]
        survivors = records.master[losers]
        # Two losers that went into one survivor the same day share one merge activity.
        groups: dict[tuple[int, int], list[int]] = {}
        for row, (survivor, moment) in enumerate(zip(survivors.tolist(), at.tolist(), strict=True)):
            groups.setdefault((survivor, moment), []).append(row)
        rows = sorted(groups.values(), key=lambda members: members[0])
        heads = np.array([members[0] for members in rows], dtype=np.int64)
        ids = [f"[{','.join(names[row].strip('[]') for row in members)}]" for members in rows]
        merges = pa.table({
            "id": text_of(5_000_001 + np.arange(len(rows))),
            "lead_id": lead_ids(world, survivors[heads]) if len(rows) else pa.array([], pa.string()),
            "merge_ids": pa.array(ids, pa.string()),
            "merge_source": constant("leaddb", len(rows)),
            "activity_date": timestamps(at[heads] if len(rows) else at),
            "_fivetran_synced": timestamps((at[heads] if len(rows) else at) + 40 * MINUTE),
        })  # fmt: skip
        twice = np.flatnonzero(
            np.arange(len(losers)) % max(1, round(1 / (RATES["marketo_double_delete"] * 20))) == 0
        )
        gone = np.concatenate([losers, losers[twice]])
        gone_at = np.concatenate([at + SECOND, at[twice] + 2 * HOUR])
        deletes = pa.table({
            "id": text_of(6_000_001 + np.arange(len(gone))),
            "lead_id": lead_ids(world, gone),
            "campaign": constant("Deleted by merge", len(gone)),
            "activity_date": timestamps(gone_at),
            "_fivetran_synced": timestamps(gone_at + 40 * MINUTE),
        })  # fmt: skip
        return {
            "activity_merge_leads": (merges, at[heads] if len(rows) else at),
            "activity_delete_lead": (deletes, gone_at),
        }

    def _changes(self) -> dict[str, Extract]:
        """What Marketo keeps of changed fields: a score ten days after the creation, and who unsubscribed."""
        world, people = self.world, self.world.people
        who = np.flatnonzero(self.main >= 0)
        scored_at = world.records.created[self.main[who]] + 10 * DAY
        scored = who[scored_at <= world.end]
        opted_at = opted_out_at(world, world.end)
        opted = who[(opted_at[who] < NEVER) & (opted_at[who] >= world.records.created[self.main[who]])]
        person = np.concatenate([scored, opted])
        at = np.concatenate([scored_at[scored_at <= world.end], opted_at[opted]])
        score = np.arange(len(person)) < len(scored)
        points = text_of((people.interest[person] * 20).round().astype(np.int64))
        size = len(person)
        table = pa.table({
            "id": text_of(7_000_001 + np.arange(size)),
            "lead_id": lead_ids(world, self.main[person]),
            "primary_attribute_value": pick(["Unsubscribed", "Lead Score"], score.astype(np.int64)),
            "old_value": pick(["false", "0"], score.astype(np.int64)),
            "new_value": where(score, points, constant("true", size)),
            "reason": constant("Changed by smart campaign", size),
            "activity_date": timestamps(at),
            "_fivetran_synced": timestamps(at + 40 * MINUTE),
        })  # fmt: skip
        return {"activity_change_data_value": (table, at)}

    def _acts(self, names: list[str], via: int = VIA_MAP) -> Ints:
        acts = self.world.journeys.acts
        use: Bools = np.isin(acts.kind, [T[name] for name in names]) & (acts.via == via)
        use &= self.world.people.map[acts.person] == MAP_MARKETO
        return np.flatnonzero(use)

    def _base(self, index: Ints) -> dict[str, pa.Array]:
        acts = self.world.journeys.acts
        return {
            "id": text_of(100_000_001 + index),
            "lead_id": lead_ids(self.world, self.main[acts.person[index]]),
            "activity_date": timestamps(acts.at[index]),
            "_fivetran_synced": timestamps(acts.known[index]),
        }

    def _emails(self) -> dict[str, Extract]:
        acts = self.world.journeys.acts
        out: dict[str, Extract] = {}
        for name, kind in EMAIL_TABLES.items():
            index = self._acts([kind])
            size = len(index)
            mail = acts.campaign[index].astype(np.int64)
            columns = self._base(index)
            columns["email_template_id"] = text_of(2001 + mail)
            columns["primary_attribute_value"] = join("Nurture e-mail ", text_of(mail + 1))
            columns["primary_attribute_value_id"] = text_of(2001 + mail)
            if kind in ("email_opened", "email_clicked"):
                columns["is_bot_activity"] = booleans(acts.bot[index] == 2)
                columns["is_mobile_device"] = booleans(index % 3 == 0)
            if kind == "email_clicked":
                columns["link"] = join(SITE, pick(PAGES, acts.link[index]))
            if kind == "email_hard_bounced":
                columns["category"] = constant("2", size)
                columns["details"] = constant("550 5.1.1 user unknown", size)
            if kind == "email_soft_bounced":
                columns["category"] = constant("3", size)
                columns["details"] = constant("452 4.2.2 mailbox full", size)
            out[name] = (pa.table(columns), acts.known[index])
        return out

    def _web(self) -> dict[str, Extract]:
        world, acts = self.world, self.world.journeys.acts
        campaigns = world.company.campaigns
        index = self._acts([*FORM_TYPES, "webinar_registered", "content_downloaded"])
        campaign = acts.campaign[index].astype(np.int64)
        plain = np.full(len(T), -1, dtype=np.int64)
        for number, name in enumerate(FORM_TYPES):
            plain[T[name]] = number
        form = np.where(campaign >= 0, len(FORM_TYPES) + campaign, plain[acts.kind[index]])
        names = pa.array([*FORM_NAMES, *(form_name(name) for name in campaigns.name.tolist())])
        pages = pa.array([*FORM_PAGES, *(f"/campaign/{i}" for i in range(len(campaigns.name)))])
        fills = pa.table({
            **self._base(index),
            "webform_id": text_of(300 + form),
            "primary_attribute_value": names.take(pa.array(form)),
            "primary_attribute_value_id": text_of(300 + form),
            "referrer_url": join(SITE, pages.take(pa.array(form))),
        })  # fmt: skip
        known = acts.known[index]
        index = self._acts(["page_viewed", "pricing_page_viewed", "ad_clicked"])
        page = np.where(acts.kind[index] == T["pricing_page_viewed"], len(PAGES), acts.link[index]).astype(
            int
        )
        url = join(SITE, pick([*PAGES, "/pricing"], page))
        visits = pa.table({
            **self._base(index), "webpage_id": text_of(700 + page), "webpage_url": url, "primary_attribute_value": url,
        })  # fmt: skip
        status = self._acts(["webinar_attended"], VIA_PROGRAM)
        program = acts.campaign[status].astype(np.int64)
        progress = pa.table({
            **self._base(status),
            "program_id": text_of(4001 + program),
            "primary_attribute_value": pick(pa_text(campaigns.name), program),
            "primary_attribute_value_id": text_of(4001 + program),
            "new_status": constant("Attended", len(status)),
            "old_status": constant("Registered", len(status)),
            "success": booleans(np.ones(len(status), dtype=bool)),
        })  # fmt: skip
        return {
            "activity_fill_out_form": (fills, known),
            "activity_visit_webpage": (visits, acts.known[index]),
            "activity_change_status_in_progression": (progress, acts.known[status]),
        }

    def _settings(self) -> dict[str, Extract]:
        world = self.world
        campaigns = world.company.campaigns
        number = np.arange(len(campaigns.name))
        born = campaigns.start - 14 * DAY
        programs = pa.table({
            "id": text_of(4001 + number),
            "name": pa_text(campaigns.name),
            "channel": pick(CAMPAIGN_KINDS, campaigns.kind),
            "type": constant("event", len(number)),
            "sfdc_id": salesforce_ids("701", number + 1),
            "created_at": timestamps(born),
            "updated_at": timestamps(born),
        })  # fmt: skip
        mail = np.arange(len(world.journeys.emails_at))
        sends = np.maximum(world.journeys.emails_at - DAY, world.company.start)
        templates = pa.table({
            "id": text_of(2001 + mail),
            "version": pa.array(np.ones(len(mail), dtype=np.int64)),
            "name": join("Nurture e-mail ", text_of(mail + 1)),
            "subject": join("News ", text_of(mail + 1)),
            "created_at": timestamps(sends),
            "updated_at": timestamps(sends),
        })  # fmt: skip
        smart = pa.table({
            "id": text_of(9001 + number),
            "name": pa_text(campaigns.name),
            "program_id": text_of(4001 + number),
            "active": booleans(np.ones(len(number), dtype=bool)),
            "created_at": timestamps(born),
            "updated_at": timestamps(born),
        })  # fmt: skip
        return {
            "program": (programs, born),
            "email_template_history": (templates, sends),
            "campaign": (smart, born),
        }
