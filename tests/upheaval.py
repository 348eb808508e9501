"""What sources and people take back or change between two nights, on top of what the demo's deltas bring.

Merged and unmerged, deleted and restored, renamed, re-parented, restated, overridden and withdrawn, weeks late: each
change is a file in the landing zone (or a row in a definition) that arrives before its night. Files sort by name in the
order of their arrival, so that one load of everything reads them in that order too.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]
STAMPS = {"hubspot/contact": "property_lastmodifieddate"}


class Upheaval:
    """The changes before one night of a landing zone."""

    def __init__(self, landing: Path, night: int, as_of: datetime) -> None:
        self.landing = landing
        self.night = night
        self.as_of = as_of
        self.changed: dict[str, dict[str, Row]] = {}
        self.added: dict[str, list[Row]] = {}

    def rows(self, table: str) -> list[Row]:
        """The newest version of each row that has arrived, oldest row first."""
        stamp = STAMPS.get(table, "system_modstamp")
        files = [
            str(path)
            for path in sorted((self.landing / table).glob("*.parquet"))
            if path.name.startswith(("base.", "night_")) and ".keys." not in path.name
        ]
        with duckdb.connect() as connection:
            cursor = connection.execute(
                "select * exclude (version) from ("
                f"select *, row_number() over (partition by id order by {stamp} desc) as version "
                "from read_parquet(?, union_by_name = true)) where version = 1 order by id",
                [files],
            )
            names = [column[0] for column in cursor.description or []]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return [self.changed.get(table, {}).get(row["id"], row) for row in found]

    def live(self, table: str) -> list[Row]:
        return [
            row for row in self.rows(table)
            if not row.get("is_deleted") and not row.get("is_converted") and not row.get("_fivetran_deleted")
        ]  # fmt: skip

    def change(self, table: str, row: Row, **values: Any) -> None:
        """A newer version of a row, written an hour before the night."""
        stamp = STAMPS.get(table, "system_modstamp")
        self.changed.setdefault(table, {})[row["id"]] = (
            row | values | {stamp: self.as_of - timedelta(hours=1)}
        )

    def add(self, table: str, row: Row) -> None:
        self.added.setdefault(table, []).append(row)

    def keys(self, table: str, rows: Sequence[Row]) -> None:
        """A full key set, told after everything else of the night."""
        target = self.landing / table / f"night_{self.night:03d}_upheaval_z.keys.parquet"
        pq.write_table(pa.table({"id": [row["id"] for row in rows]}), target)

    def write(self) -> None:
        for table in sorted({*self.changed, *self.added}):
            rows = [*self.changed.get(table, {}).values(), *self.added.get(table, [])]
            columns = list(dict.fromkeys(column for row in rows for column in row))
            target = self.landing / table / f"night_{self.night:03d}_upheaval.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table({c: [row.get(c) for row in rows] for c in columns}), target)

    def define(self, name: str, change: Callable[[list[Row]], list[Row]]) -> None:
        """Change the organisation's copy of a definition file."""
        own = self.landing / "_definitions" / f"{name}.csv"
        source = own if own.exists() else ROOT / "seeds" / "definitions" / f"{name}.csv"
        with source.open(newline="") as file:
            reader = csv.DictReader(file)
            header = list(reader.fieldnames or [])
            rows = change(list(reader))
        with own.open("w", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(rows)


def _without_note(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.get("note") != "upheaval"]


def first(change: Upheaval) -> None:
    """Things are joined, moved, excluded and closed."""
    leads, contacts = change.live("salesforce/lead"), change.live("salesforce/contact")
    accounts, deals = change.live("salesforce/account"), change.live("salesforce/opportunity")
    change.change("salesforce/lead", leads[3], is_deleted=True, master_record_id=leads[2]["id"])
    change.change("salesforce/lead", leads[8], is_deleted=True)
    change.change(
        "salesforce/lead", leads[9], owner_id=leads[10]["owner_id"], title="Chief Marketing Officer"
    )
    change.change("salesforce/contact", contacts[4], email=leads[5]["email"])
    change.change("salesforce/contact", contacts[5], account_id=contacts[6]["account_id"])
    change.change("salesforce/account", accounts[4], website=accounts[5]["website"], name="Renamed Works Ltd")
    change.change(
        "salesforce/account", accounts[6], parent_id=accounts[7]["id"], annual_revenue=Decimal(12345)
    )
    change.change(
        "salesforce/account",
        accounts[9],
        is_deleted=True,
        master_record_id=accounts[10]["id"],
        parent_id=None,
    )
    open_deals = [deal for deal in deals if not deal["is_closed"]]
    for deal in open_deals[:1]:
        change.change(
            "salesforce/opportunity", deal, is_closed=True, is_won=False, stage_name="Closed Lost", probability=0.0,
            close_date=(change.as_of - timedelta(days=2)).date(), loss_reason_c="No budget",
        )  # fmt: skip
    change.change("salesforce/opportunity", deals[0], amount=Decimal("77777.77"))
    change.change("salesforce/opportunity", deals[1], is_deleted=True)
    change.keys("hubspot/contact", change.rows("hubspot/contact")[3:])
    emails = change.live("hubspot/contact")
    change.change("hubspot/contact", emails[20], property_email="moved." + emails[20]["property_email"])

    def decide(rows: list[Row]) -> list[Row]:
        note = {"decided_by": "a person", "decided_on": "2026-05-01", "note": "upheaval"}
        return [
            *rows,
            note
            | {
                "lead_ref": leads[12]["email"],
                "account_ref": f"salesforce:account:{accounts[12]['id'][:15]}",
            },
            note | {"lead_ref": leads[13]["email"], "account_ref": "nobody-has-this-domain.com"},
        ]

    change.define("lead_account_overrides", decide)
    domain = str(leads[15]["email"]).split("@")[1]
    change.define("internal_domains", lambda rows: [*rows, {"domain": domain, "note": "upheaval"}])


def second(change: Upheaval) -> None:
    """Things are taken back, and things arrive weeks after they happened."""
    before = {row["id"]: row for row in change.rows("salesforce/lead")}
    merged = [row for row in before.values() if row["is_deleted"] and row["master_record_id"]]
    latest = max(merged, key=lambda row: row["system_modstamp"])
    change.change("salesforce/lead", latest, is_deleted=False, master_record_id=None)
    people, rates = change.live("hubspot/contact"), change.rows("salesforce/dated_conversion_rate")
    for number in range(25):
        at = change.as_of - timedelta(days=21, minutes=7 * number)
        change.add(
            "hubspot/email_event",
            {"id": f"late-{number}", "type": "CLICK" if number % 2 else "OPEN", "created": at, "filtered_event": False,
             "recipient": people[number % len(people)]["property_email"], "email_campaign_id": "500001"},
        )  # fmt: skip
    for number, lead in enumerate(change.live("salesforce/lead")[:10]):
        at = change.as_of - timedelta(days=25, hours=number)
        change.add(
            "salesforce/task",
            {"id": f"00T5z0000000{number:03d}AAA", "who_id": lead["id"], "owner_id": "0055g0000000001AAA",
             "subject": "Call", "type": "Call", "task_subtype": "Call", "status": "Completed", "is_closed": True,
             "is_deleted": False, "completed_date_time": at, "created_date": at, "system_modstamp": at},
        )  # fmt: skip
        change.add(
            "salesforce/lead_history",
            {"id": f"0175z0000000{number:03d}AAA", "lead_id": lead["id"], "created_by_id": "0055g0000000001AAA",
             "field": "Status", "old_value": "New", "new_value": "Working", "is_deleted": False, "created_date": at},
        )  # fmt: skip
    for rate in rates:
        if rate["iso_code"] == "EUR":
            change.change(
                "salesforce/dated_conversion_rate", rate, conversion_rate=rate["conversion_rate"] * 1.1
            )
    accounts = [f"salesforce:account:{row['id'][:15]}" for row in change.live("salesforce/account")]

    def target(rows: list[Row]) -> list[Row]:
        known = {row["account_ref"] for row in rows}
        listed = {
            "account_ref": next(ref for ref in accounts if ref not in known), "target_tier": "1",
            "added_on": "2026-03-01", "sales_agreed_by": "a", "marketing_agreed_by": "b", "note": "upheaval",
        }  # fmt: skip
        return [*rows, listed]

    change.define("target_accounts", target)
    change.define(
        "role_mailboxes", lambda rows: [*rows, {"local_part": str(people[7]["property_email"]).split("@")[0]}]
    )


def third(change: Upheaval) -> None:
    """Back to how it was, in other words."""
    change.keys("hubspot/contact", change.rows("hubspot/contact"))
    change.define("lead_account_overrides", _without_note)
    change.define("internal_domains", _without_note)
    change.define(
        "target_accounts",
        lambda rows: [r | {"removed_on": "2026-06-01"} if r["note"] == "upheaval" else r for r in rows],
    )
    for account in change.rows("salesforce/account"):
        if account["name"] == "Renamed Works Ltd":
            change.change("salesforce/account", account, website="https://renamed-works.com")
    for lead in change.rows("salesforce/lead"):
        if lead["is_deleted"] and not lead["master_record_id"] and not lead.get("_fivetran_deleted"):
            change.change("salesforce/lead", lead, is_deleted=False)
            break
    deals: list[Mapping[str, Any]] = [d for d in change.rows("salesforce/opportunity") if d["is_deleted"]]
    for deal in deals[:1]:
        change.change("salesforce/opportunity", dict(deal), is_deleted=False)
    change.define("title_rules", lambda rows: [rows[0] | {"seniority": "manager"}, *rows[1:]])


NIGHTS: dict[int, Callable[[Upheaval], None]] = {1: first, 2: second, 3: third}


def upheave(landing: Path, night: int, as_of: datetime) -> None:
    """Write what changes before a night, if anything does."""
    if night in NIGHTS:
        change = Upheaval(landing, night, as_of)
        NIGHTS[night](change)
        change.write()
