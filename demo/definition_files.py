"""The demo organisation's own definition files: they replace the files of the same name in seeds/definitions."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from demo.calendars import DEFINITIONS, read_seed
from demo.columns import DAY, salesforce_ids, stream
from demo.company import CALENDARS
from demo.people import SF_LEAD
from demo.traps import RATES
from demo.vendors.hubspot import owner_ids
from demo.world import World

Rows = list[dict[str, str]]
REGIONS = [
    ("us_east", "US|CA", 0),
    ("us_west", "AU|JP|BR", 1),
    ("uk", "GB|IE", 2),
    ("germany", "DE|FR|NL", 3),
]


def _day(days: int) -> str:
    return "" if days < 0 else (date(1970, 1, 1) + timedelta(days=int(days))).isoformat()


def choose_overrides(world: World) -> dict[int, int]:
    """People whose account both teams set by hand, and the company each was set to."""
    rng = stream(world.seed, "overrides")
    people = world.people
    can = np.flatnonzero((people.kind == 0) & (people.company >= 0) & (world.records.main[SF_LEAD] >= 0))
    firms = np.flatnonzero(
        (world.account_created < world.company.start) & (np.arange(len(world.account_created)) > 20)
    )
    wanted = max(3, round(len(people) * RATES["account_override"]))
    if "salesforce" not in world.sources or not len(can) or not len(firms):
        return {}
    who = np.sort(rng.permutation(can)[:wanted])
    return dict(zip(who.tolist(), rng.choice(firms, len(who)).tolist(), strict=True))


def definition_rows(world: World, overrides: dict[int, int]) -> dict[str, Rows]:
    """Rows of every definition file that the demo organisation brings, by name."""
    company, people = world.company, world.people
    firms, reps = company.companies, company.reps
    users = [
        f"salesforce:user:{key}" for key in salesforce_ids("005", np.arange(len(reps)) + 1, 15).to_pylist()
    ]
    owners = [f"hubspot:owner:{key}" for key in owner_ids(np.arange(len(reps))).to_pylist()]
    accounts = salesforce_ids("001", np.arange(len(firms)) + 1, 15).to_pylist()
    targets: Rows = []
    with_salesforce = "salesforce" in world.sources
    for firm in np.flatnonzero(firms.tier > 0).tolist():
        by_domain = not with_salesforce or (
            firm % 5 == 0 and bool(firms.domain_known[firm]) and firms.shared_with[firm] < 0
        )
        targets.append({
            "account_ref": firms.domain[firm] if by_domain else f"salesforce:account:{accounts[firm]}",
            "target_tier": str(int(firms.tier[firm])),
            "added_on": _day(int(firms.added_on[firm])),
            "removed_on": _day(int(firms.removed_on[firm])),
            "sales_agreed_by": "VP Sales",
            "marketing_agreed_by": "VP Marketing",
            "note": "",
        })  # fmt: skip
    # Proposed by one team only: not on the list.
    fits = np.flatnonzero(firms.is_icp & (firms.tier == 0) & firms.in_salesforce)
    for number, firm in enumerate(fits[: max(3, len(fits) // 20)].tolist()):
        targets.append({
            "account_ref": f"salesforce:account:{accounts[firm]}" if with_salesforce else firms.domain[firm],
            "target_tier": "2",
            "added_on": _day(company.start // DAY),
            "removed_on": "",
            "sales_agreed_by": "VP Sales" if number % 2 else "",
            "marketing_agreed_by": "" if number % 2 else "VP Marketing",
            "note": "Proposed, not agreed by both teams",
        })  # fmt: skip
    leads = salesforce_ids("00Q", world.records.number[world.records.main[SF_LEAD]] + 1, 15).to_pylist()
    emails = people.email.to_pylist()
    set_by_hand = [
        {
            "lead_ref": f"salesforce:lead:{leads[who]}"
            if number % 2 or not emails[who]
            else str(emails[who]),
            "account_ref": f"salesforce:account:{accounts[firm]}",
            "decided_by": "Revenue operations",
            "decided_on": _day(world.end // DAY - 20),
            "note": "Works for the group's other company",
        }
        for number, (who, firm) in enumerate(sorted(overrides.items()))
    ]
    calendars: Rows = []
    capacity: Rows = []
    move = _day(reps.moves_at // DAY)
    for rep in np.flatnonzero(reps.role <= 2).tolist():
        refs = ([users[rep]] if with_salesforce else []) + (
            [owners[rep]] if "hubspot" in world.sources else []
        )
        for ref in refs:
            moves = reps.calendar[rep] != reps.calendar_later[rep]
            calendars.append({"user_ref": ref, "calendar_id": CALENDARS[reps.calendar[rep]], "valid_from": "2015-01-01",
                              "valid_to": move if moves else "", "note": ""})  # fmt: skip
            if moves:
                calendars.append({"user_ref": ref, "calendar_id": CALENDARS[reps.calendar_later[rep]],
                                  "valid_from": move, "valid_to": "", "note": "Moved to London"})  # fmt: skip
        if reps.role[rep] == 0 and refs:
            capacity.append({"user_ref": refs[0], "weekly_capacity": str(int(8 + reps.diligence[rep])),
                             "is_available": "true" if reps.active[rep] else "false", "note": ""})  # fmt: skip
    territories: Rows = []
    for number, (name, countries, calendar) in enumerate(REGIONS):
        team = np.flatnonzero((reps.role == 0) & (reps.calendar == calendar) & reps.active)
        territories.append({
            "territory": name, "country_codes": countries, "min_employee_count": "", "max_employee_count": "",
            "owner_refs": "|".join((users if with_salesforce else owners)[rep] for rep in team.tolist()),
            "priority": str(number + 1), "description": f"Development reps on calendar {name}",
        })  # fmt: skip
    campaigns = salesforce_ids("701", np.arange(len(company.campaigns.kind)) + 1, 15).to_pylist()
    ends = company.campaigns.end
    adjusted = [
        {
            "campaign_ref": f"salesforce:campaign:{campaigns[index]}",
            "adjusted_on": _day(ends[index] // DAY),
            "adjusted_by": "Demand generation",
            "note": "Narrowed the audience",
        }
        for index in range(3, len(campaigns), 12)
        if with_salesforce and ends[index] < world.end
    ]
    mappings = read_seed("status_mappings")
    mappings.append({"source_system": "hubspot", "source_object": "contact", "field": "lifecycle_stage",
                     "raw_value": "Product Qualified Lead", "crm_fact": "", "claimed_stage": "mql"})  # fmt: skip
    return {
        "target_accounts": targets,
        "lead_account_overrides": set_by_hand,
        "rep_calendars": calendars,
        "rep_capacity": capacity,
        "territories": territories,
        "campaign_adjustments": adjusted,
        "status_mappings": mappings,
    }


def write_definitions(world: World, overrides: dict[int, int], out: Path) -> None:
    """Write the definition files with the headers of the seeds they replace."""
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in definition_rows(world, overrides).items():
        with (DEFINITIONS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file))
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        (out / f"{name}.csv").write_bytes(buffer.getvalue().encode())
