"""Where each trap occurs in one demo company: its records, and what a correct warehouse makes of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa

from demo.columns import DAY, MINUTE, NEVER, Bools, Ints, salesforce_ids
from demo.definitions import TYPE_CODE as T
from demo.journeys import ACCEPTED, REASONS, REJECTED, VIA_FILE, VIA_MAP
from demo.odd_files import ODD_FILES
from demo.people import (
    HARD,
    HS_CONTACT,
    KEPT,
    MAP_HUBSPOT,
    MERGED,
    MK_LEAD,
    PD_PROSPECT,
    SF_CONTACT,
    SF_LEAD,
    SHOUTED,
    SOFT,
    TAGGED,
)
from demo.truth import record_keys
from demo.vendors.hubspot import HubSpot
from demo.vendors.salesforce import Salesforce, members
from demo.world import World

# Occurrences beyond this many are counted, not listed: the list is for people and tests to look at.
LISTED = 200


def trap_table(world: World, deleted_members: Ints, odd_files: Collection[str] = ()) -> pa.Table:
    """One row per listed occurrence: trap, source, records, what to expect; `occurrences` counts all of the trap."""
    names: list[str] = []
    keys: list[str] = []
    expected: list[str] = []
    totals: list[int] = []

    def tell(trap: str, occurrences: list[str], outcome: str) -> None:
        for key in occurrences[:LISTED]:
            names.append(trap)
            keys.append(key)
            expected.append(outcome)
            totals.append(len(occurrences))

    _identity_traps(world, tell)
    _company_traps(world, tell)
    _activity_traps(world, tell, deleted_members)
    for trap, (path, outcome) in ODD_FILES.items():
        if path in odd_files:
            tell(trap, [path], outcome)
    return pa.table({
        "trap": pa.array(names, pa.string()),
        "record_keys": pa.array(keys, pa.string()),
        "expected": pa.array(expected, pa.string()),
        "occurrences": pa.array(totals, pa.int64()),
    })  # fmt: skip


def _identity_traps(world: World, tell: Any) -> None:
    records, people = world.records, world.people
    kind, how = records.object, records.gone_how

    def listed(mask: Bools) -> list[str]:
        return record_keys(world, np.flatnonzero(mask)).to_pylist()

    master = np.clip(records.master, 0, None)
    merged = (how == MERGED) & (records.master >= 0)
    chained = merged & (how[master] == MERGED)
    second = (how == KEPT) & (records.main[kind, records.person] != np.arange(len(records)))
    in_time = records.created < world.journeys.converted[records.person]
    converted = world.journeys.converted[records.person] < NEVER
    tell(
        "salesforce_merge",
        listed(merged & (kind == SF_LEAD)),
        "One lead with the survivor; the loser is deleted",
    )
    tell("salesforce_merge_chain", listed(chained & (kind == SF_LEAD)), "One lead with the last survivor")
    tell("salesforce_soft_delete", listed(how == SOFT), "Out of the marts, still the same lead")
    tell(
        "salesforce_hard_delete",
        listed(how == HARD),
        "Purged or flagged by the loader: never a lead of its own",
    )
    tell("several_leads_one_contact", listed(second & (kind == SF_LEAD) & converted & in_time),
         "Converted into the contact of the person's first lead: one lead")  # fmt: skip
    tell(
        "open_duplicate",
        listed(second & (kind == SF_LEAD) & ~converted),
        "One lead, listed as an open duplicate",
    )
    tell("hubspot_merge", listed(merged & (kind == HS_CONTACT)), "One lead with the survivor")
    tell("hubspot_merge_chain", listed(chained & (kind == HS_CONTACT)), "One lead with the last survivor")
    tell("marketo_merge", listed(merged & (kind == MK_LEAD)), "One lead with the survivor")
    losers = np.flatnonzero(merged & (kind == MK_LEAD))
    tell("marketo_double_delete", record_keys(world, losers).to_pylist()[:1], "Deleted twice, gone once")
    tell("pardot_duplicate_email", listed(second & (kind == PD_PROSPECT)), "One lead with the other prospect")
    main = records.main[kind, records.person] == np.arange(len(records))
    moved = people.moved_at[records.person] < NEVER
    tell("hubspot_changed_address", listed(moved & main & (kind == HS_CONTACT)),
         "E-mail events on the old address belong to the same lead")  # fmt: skip
    tell("plus_tag", listed(records.email_form == TAGGED), "The tag is dropped for matching only")
    tell("shouted_email", listed(records.email_form == SHOUTED), "Trimmed and lower-cased")
    for name, code, outcome in (
        ("free_mail", 1, "No account by domain"), ("role_mailbox", 2, "A shared mailbox joins nobody"),
        ("internal_staff", 3, "Excluded as staff"), ("test_record", 4, "Excluded as test record"),
        ("invalid_email", 5, "E-mail is null; listed in data quality"), ("dirty_text", 6, "Text kept, run nowhere"),
    ):  # fmt: skip
        tell(name, listed((people.kind[records.person] == code) & main), outcome)
    select = (records.person % 97 == 0) & (kind == SF_LEAD)
    tell("select_means_null", listed(select), "Country comes from elsewhere or is null")


def _company_traps(world: World, tell: Any) -> None:
    firms = world.company.companies
    known = world.account_created < NEVER
    ids = salesforce_ids("001", np.arange(len(firms)) + 1, 15).to_pylist()

    def accounts(mask: Bools) -> list[str]:
        return [f"salesforce:account:{ids[index]}" for index in np.flatnonzero(mask & known).tolist()]

    order = np.arange(len(firms))
    tell("free_mail_look_alike", accounts(order < 6), "Company mail: matched by domain")
    tell("unicode_domain", accounts(order == 16), "Matched by its ASCII form")
    tell("hierarchy_cycle", accounts((order == 12) | (order == 13)), "Cut at the oldest account, listed")
    tell("subsidiary", accounts(firms.parent >= 0), "Ultimate parent is the top of the chain")
    tell(
        "shared_domain",
        accounts(firms.shared_with >= 0),
        "Leads by e-mail are ambiguous; a common parent wins",
    )
    tell("account_merge", accounts(firms.duplicate_of >= 0), "The copy is the same account")
    unowned = np.unique(world.people.company[world.people.company >= 0])
    hub = firms.in_hubspot & ("hubspot" in world.sources)
    tell("inferred_account", [f"domain:{firms.domain[i]}" for i in unowned.tolist() if not known[i] and not hub[i]],
         "An account is made from the domain")  # fmt: skip
    deals = world.journeys.deals
    tell("multi_currency", [str(i) for i in np.flatnonzero(deals.currency > 0).tolist()],
         "Amount in dollars at the rate of the day")  # fmt: skip
    reps = world.company.reps
    users = salesforce_ids("005", np.arange(len(reps)) + 1, 15).to_pylist()
    moving = np.flatnonzero(reps.calendar != reps.calendar_later).tolist()
    tell(
        "rep_moves_time_zone",
        [f"salesforce:user:{users[i]}" for i in moving],
        "Calendar changes on the day of the move",
    )


def _activity_traps(world: World, tell: Any, deleted_members: Ints) -> None:
    acts, people = world.journeys.acts, world.people
    statuses = world.journeys.statuses

    def persons(who: Ints) -> list[str]:
        return [f"person-{number}" for number in np.unique(who).tolist()]

    fresh = acts.bot > 0
    tell("bot", persons(acts.person[fresh]), "is_bot: counts towards nothing")
    tell("bot_filtered_event", persons(acts.person[(acts.bot == 2) & (people.map[acts.person] == MAP_HUBSPOT)]),
         "is_bot by the source's word")  # fmt: skip
    tell(
        "late_event",
        persons(acts.person[acts.known - acts.at > DAY]),
        "Counted when it happened, known later",
    )
    member = members(world)
    registered = member[acts.kind[member] == T["webinar_registered"]]
    forms = np.flatnonzero((acts.kind == T["webinar_registered"]) & (acts.via == VIA_MAP))
    form_at = {(int(acts.person[i]), int(acts.campaign[i])): int(acts.at[i]) for i in forms.tolist()}
    twice = [i for i in registered.tolist()
             if abs(form_at.get((int(acts.person[i]), int(acts.campaign[i])), 0) - acts.at[i]) <= MINUTE]  # fmt: skip
    tell("same_act_twice", [f"person-{acts.person[i]}" for i in twice], "Counts once; HubSpot's row wins")
    tell("hand_raise_before_creation", persons(acts.person[
        (acts.at < people.created[acts.person]) & (acts.via != VIA_FILE) & np.isin(acts.kind, [
            T["demo_requested"], T["contact_sales_requested"], T["trial_started"]])]),
        "An MQL at its creation")  # fmt: skip
    same = (statuses.person[1:] == statuses.person[:-1]) & (statuses.value[1:] == REJECTED)
    same &= (statuses.value[:-1] == ACCEPTED) & (statuses.at[1:] - statuses.at[:-1] <= 60 * MINUTE)
    tell(
        "same_day_decision",
        persons(statuses.person[1:][same]),
        "Accepted and rejected: two transitions in an hour",
    )
    silent = (statuses.value == REJECTED) & ((statuses.reason < 0) | (statuses.reason == len(REASONS) - 1))
    tell("no_reason", persons(statuses.person[silent]), "Rejected as unspecified")
    tracked = statuses.at < world.tracking_from
    tell(
        "tracking_switched_on_late",
        persons(statuses.person[tracked]),
        "The first known value is dated at creation, inferred",
    )
    both = np.flatnonzero((world.records.main[SF_CONTACT] < 0) & (world.journeys.converted < NEVER))
    tell("history_split_by_object", persons(both), "Lead and contact history make one timeline")
    tell("converted_date_is_a_date", persons(both), "The instant comes from the opportunity and its history")
    out = world.journeys.outreach
    tell("open_task", persons(out.person[~out.done & (out.kind < 4)]), "No touch: the task was never done")
    tell("sequence_step", persons(out.person[out.kind == 2]), "No human touch")
    tell(
        "hard_bounce",
        persons(acts.person[acts.kind == T["email_hard_bounced"]]),
        "Bounced in data quality, by source",
    )
    tell("unsubscribe", persons(acts.person[acts.kind == T["email_unsubscribed"]]), "Opted out")
    tell(
        "queue_owner",
        persons(np.flatnonzero(world.records.main[SF_LEAD] >= 0)),
        "Queue time is no rep's time",
    )
    hidden = salesforce_ids("00v", deleted_members + 1, 15).to_pylist()
    tell("campaign_member_hard_delete", [f"salesforce:campaign_member:{key}" for key in hidden],
         "Missing from the full key set: deleted, what was done stays counted or not as the source says")  # fmt: skip
    if "hubspot" in world.sources:
        log = HubSpot(world).lifecycle
        tell("hubspot_cleared_stage", persons(log.person[log.value == 6]), "Clear-then-set is one step back")
        tell("hubspot_custom_stage", persons(log.person[log.value == 5]), "Resolved by its label")
    zones = _clock_changes(world)
    near = np.isin(statuses.at // DAY, zones)
    tell("daylight_saving", persons(statuses.person[near]), "Business minutes from the zone's own clock")
    if "salesforce" in world.sources:
        vendor = Salesforce(world)
        tell(
            "fifteen_character_id",
            persons(np.flatnonzero(world.records.main[PD_PROSPECT] >= 0)),
            "Same record as 18",
        )
        tell(
            "opportunity_colleague",
            persons(vendor.roles[1][vendor.roles[3] == 1]),
            "On the deal by contact role",
        )


def _clock_changes(world: World) -> Ints:
    from demo.people import local_offsets

    first, last = world.company.start // DAY, world.end // DAY
    offsets = local_offsets(["America/New_York", "America/Los_Angeles", "Europe/London", "Europe/Berlin"],
                            int(first), int(last - first))  # fmt: skip
    changed = np.flatnonzero((offsets[:, 1:] != offsets[:, :-1]).any(axis=0)) + 1 + first
    return np.unique(np.concatenate([changed, changed - 2, changed - 1, changed + 1]))
