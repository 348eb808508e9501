"""People and accounts that are worked out anew for who changed equal a build from scratch, row for row."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from tests.generators.crm import AS_OF, RATES, TABLES, World
from tests.generators.odd_crm import OddWorld
from tests.harness import Warehouse
from tests.integration.test_identity import fill, idna_hosts

Row = dict[str, Any]
# `make test` takes the first four nights, `make endurance` all.
ENDURANCE = "CONCORD_TEST_NIGHTS" in os.environ
PEOPLE = (
    "path:models/intermediate/identity",
    "path:models/intermediate/accounts",
    "int_opportunities__merged_deals",
    "int_opportunities__unified",
    "bridge_lead_records",
    "bridge_lead_ids",
    "bridge_lead_accounts",
    "bridge_account_records",
    "bridge_account_ids",
    "bridge_account_domains",
    "int_records__inputs",
    "int_records__news",
    "int_records__built",
)
# What tells the rows of a source table apart; its id, where it is not named here.
KEYS = {
    "stg_hubspot__contact_companies": ("hubspot_contact_id", "hubspot_company_id", "association_type_id"),
    "stg_hubspot__contact_property_history": ("hubspot_contact_id", "property_name", "changed_at"),
    "stg_hubspot__contact_merge_audits": ("surviving_hubspot_contact_id", "merged_hubspot_contact_id"),
    "stg_marketo__delete_lead_activities": ("marketo_lead_id", "occurred_at"),
    "stg_salesforce__leads": ("salesforce_lead_id",),
    "stg_salesforce__contacts": ("salesforce_contact_id",),
    "stg_salesforce__accounts": ("salesforce_account_id",),
    "stg_salesforce__lead_history": ("salesforce_lead_history_id",),
    "stg_hubspot__contacts": ("hubspot_contact_id",),
    "stg_hubspot__companies": ("hubspot_company_id",),
    "stg_marketo__leads": ("marketo_lead_id",),
    "stg_marketo__merge_lead_activities": ("marketo_activity_id",),
    "stg_pardot__prospects": ("pardot_prospect_id",),
}
# Numbers that a build gives out and names that it has read: the same people, differently remembered.
REMEMBERED = (
    "int_people__nodes",
    "int_people__components",
    "int_accounts__nodes",
    "int_accounts__merge_ends",
    "int_accounts__components",
    "int_domains__hosts",
    "int_people__match_keys",
    "int_names__normalised",
)
MOVING = (
    "core.bridge_lead_accounts",
    "intermediate.int_people__unextracted",
    "intermediate.int_accounts__unextracted",
)
MOVED = {
    "stg_salesforce__leads": ("email", "title", "merged_into_salesforce_lead_id", "created_at", "is_deleted"),
    "stg_salesforce__contacts": (
        "email",
        "salesforce_account_id",
        "is_deleted",
        "merged_into_salesforce_contact_id",
    ),
    "stg_hubspot__contacts": ("email", "salesforce_lead_id", "merged_hubspot_contact_ids", "company_name"),
    "stg_marketo__leads": ("email", "salesforce_contact_id", "last_modified_at"),
    "stg_pardot__prospects": ("email", "is_opted_out", "salesforce_lead_id"),
    "stg_salesforce__accounts": (
        "website",
        "account_name",
        "parent_salesforce_account_id",
        "is_deleted",
        "merged_into_salesforce_account_id",
    ),
    "stg_hubspot__companies": (
        "domain",
        "account_name",
        "salesforce_account_id",
        "created_at",
        "merged_hubspot_company_ids",
    ),
    "stg_hubspot__contact_companies": ("hubspot_company_id", "is_deleted"),
    "stg_hubspot__contact_merge_audits": ("merged_hubspot_contact_id", "merged_at"),
    "stg_marketo__merge_lead_activities": ("merged_marketo_lead_ids", "occurred_at"),
    "stg_salesforce__opportunities": ("is_won", "is_deleted"),
    "stg_hubspot__contact_property_history": ("property_value",),
}


@dataclass
class Data:
    """What the sources and the definitions say on one night."""

    as_of: datetime
    rows: dict[str, list[Row]]
    overrides: list[Row]
    targets: list[Row]
    role_mailboxes: list[Row] = field(default_factory=lambda: [{"local_part": "info"}])
    internal_domains: list[Row] = field(default_factory=lambda: [{"domain": "concord-demo.example"}])
    rates: Sequence[Row] = RATES

    @classmethod
    def of(cls, worlds: Sequence[World], as_of: datetime, **others: Any) -> Data:
        return cls(
            as_of,
            {table: [dict(row) for world in worlds for row in world.rows[table]] for table in TABLES},
            [row for world in worlds for row in world.overrides],
            [row for world in worlds for row in world.targets],
            **others,
        )

    def put(self, warehouse: Warehouse) -> None:
        warehouse.as_of = self.as_of.isoformat()
        for table, rows in self.rows.items():
            fill(warehouse, f"staging.{table}", rows)
        fill(warehouse, "definitions.lead_account_overrides", self.overrides)
        fill(warehouse, "definitions.target_accounts", self.targets)
        fill(warehouse, "definitions.role_mailboxes", self.role_mailboxes)
        fill(warehouse, "definitions.internal_domains", self.internal_domains)
        fill(warehouse, "staging.stg_salesforce__dated_conversion_rates", self.rates)
        rows = [row for rows in (*self.rows.values(), self.overrides, self.targets) for row in rows]
        fill(warehouse, "reference.idna_hosts", idna_hosts(rows))


def worlds(count: int, random: Random, rewritten: float = 0, gone: float = 0) -> list[World]:
    """The same companies; some of them tell everything otherwise, some are not there at all."""
    chosen = [(number, random.random()) for number in range(count)]
    return [OddWorld(number, seed=2 if draw < rewritten else 1) for number, draw in chosen if draw >= gone]


COMPANIES = ("stg_salesforce__accounts", "stg_hubspot__companies")


def moved(random: Random, data: Data, count: int, tables: Sequence[str] = tuple(MOVED)) -> Data:
    """Single values of single rows change places within a company: moved, joined, parted, deleted, restored."""
    by_company: dict[tuple[str, str], list[Row]] = {}
    for table in tables:
        for row in data.rows[table]:
            company = next(
                (str(value)[3:13] for value in row.values() if str(value)[:3] in ("00Q", "003", "001")), ""
            )
            by_company.setdefault((table, company), []).append(row)
    for _ in range(count):
        table = random.choice(tables)
        rows = random.choice([rows for (name, _), rows in by_company.items() if name == table])
        column = random.choice(MOVED[table])
        one, other = random.choice(rows), random.choice(rows)
        one[column], other[column] = other.get(column), one.get(column)
        if column == "is_deleted" or one is other:
            one["is_deleted"] = not one.get("is_deleted")
    return data


def loaded(before: Data | None, data: Data, night: int) -> Data:
    """The night's data as a bank of versions tells it: what differs was loaded again, what went is deleted."""
    stamp = AS_OF + timedelta(days=night)

    def keyed(rows: Sequence[Row], columns: Sequence[str]) -> dict[tuple[Any, ...], Row]:
        found: dict[tuple[Any, ...], Row] = {}
        seen: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            key = tuple(row.get(column) for column in columns)
            seen[key] += 1
            found[(*key, seen[key])] = row
        return found

    for table, columns in KEYS.items():
        known = keyed(before.rows[table] if before else (), columns)
        told = keyed(data.rows[table], columns)
        for key, row in told.items():
            row["loaded_at"] = known[key]["loaded_at"] if key in known else stamp
            if key not in known or row != known[key]:
                row["loaded_at"] = stamp
        for key, row in known.items():
            if key not in told:
                again = {} if row.get("is_deleted") else {"is_deleted": True, "loaded_at": stamp}
                data.rows[table].append(row | again)
    return data


def lonely() -> list[Row]:
    """Five people who have nothing to do with anybody."""
    return [
        {
            "pardot_prospect_id": f"p{n}",
            "email": f"p{n}@alone-{n}.com",
            "company_name": f"Solo {n}",
            "is_deleted": False,
            "created_at": AS_OF - timedelta(days=10 * n),
            "loaded_at": AS_OF,
        }
        for n in range(1, 6)
    ]


def nights() -> Iterator[tuple[str, Data, str]]:
    """Each night's name, its data, and the model at which it is killed, if it is."""
    count, later = 40, AS_OF + timedelta(days=6)
    yield "first", Data.of(worlds(count, Random(1)), AS_OF), ""
    others = {"role_mailboxes": [{"local_part": "ann"}], "internal_domains": [{"domain": "w5-0.com"}]}
    told = Data.of(worlds(count, Random(4), rewritten=0.2, gone=0.1), later, **others)
    yield "gone, told otherwise, other mailboxes and staff", told, "int_people__leads"

    def moved_once() -> Data:
        return moved(Random(5), Data.of(worlds(count, Random(4), gone=0.05), AS_OF), 60)

    yield "moved", moved_once(), ""
    # What holds for everybody is the same as before, so that people who did not change meet companies that did.
    yield "companies moved", moved(Random(7), moved(Random(6), moved_once(), 40, COMPANIES), 20), ""
    if ENDURANCE:
        yield "told otherwise", Data.of(worlds(count, Random(3), rewritten=0.3), AS_OF), "bridge_lead_records"
        data = moved(Random(4), Data.of(worlds(count, Random(3), rewritten=0.15), later), 60)
        yield "moved, and days later", data, ""
        yield "gone", Data.of(worlds(count, Random(4), gone=0.1), later, **others), "bridge_lead_accounts"
        yield (
            "back again",
            moved(Random(5), Data.of(worlds(count, Random(1)), AS_OF - timedelta(days=2)), 10),
            "",
        )


def tables(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows(
        "select table_schema || '.' || table_name as name, table_name from information_schema.tables "
        "where table_type = 'BASE TABLE' and (table_name like 'int_people__%' or table_name like 'int_accounts__%' "
        "or table_name like 'int_domains__%' or table_name like 'bridge_lead_%' or table_name like 'bridge_account_%')"
    )
    return sorted(row["name"] for row in rows if row["table_name"] not in REMEMBERED)


def differences(one: Warehouse, other: Warehouse) -> dict[str, Any]:
    """The tables that differ, with rows that only one of the two has."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{one.database}' as a (read_only)")
        connection.execute(f"attach '{other.database}' as b (read_only)")
        for table in tables(one):
            missing, extra = (
                connection.execute(f"(from {x}.{table} except all from {y}.{table}) limit 3").fetchall()
                for x, y in (("a", "b"), ("b", "a"))
            )
            if missing or extra:
                found[table] = (missing, extra)
    return found


def concerned(warehouse: Warehouse, table: str) -> set[str]:
    """The records that a night works out anew, or the records of the leads."""
    key = "lead_id" if table == "int_people__rematched" else "record_key"
    rows = warehouse.rows(
        f"select record_key from core.bridge_lead_records where {key} in (select {key} from intermediate.{table})"
    )
    return {row["record_key"].removeprefix("pardot:prospect:") for row in rows}


def former_addresses(warehouse: Warehouse) -> dict[str, str]:
    """Record and address that it had in the last complete build."""
    rows = warehouse.rows("from intermediate.int_people__former_addresses")
    return {row["record_key"]: row["matching_email"] for row in rows}


def test_nights_equal_builds_from_scratch_and_work_out_who_changed(
    template: Warehouse, tmp_path: Path
) -> None:
    kept = Warehouse.from_template(template, tmp_path / "kept")
    last: dict[str, list[Row]] = {}
    before: Data | None = None
    for night, (name, data, killed_at) in enumerate(nights()):
        data.rows["stg_pardot__prospects"] += lonely()
        data.rows["stg_salesforce__accounts"].append(
            {
                "salesforce_account_id": "001solo",
                "account_name": "Nobody",
                "is_deleted": False,
                "created_at": None,
            }
        )
        before = data = loaded(before, data, night)
        data.put(kept)
        kept.run(
            *PEOPLE, *(["--exclude", f"{killed_at}+"] if killed_at else []), full_refresh=name == "first"
        )
        if killed_at:
            continue
        # A night that moves nothing would prove nothing.
        now = {table: kept.rows(f"select * from {table} order by 1") for table in MOVING}
        assert not [table for table in MOVING if now[table] == last.get(table)], name
        last = now
        if name == "first":
            continue
        fresh = Warehouse.from_template(template, tmp_path / "fresh")
        data.put(fresh)
        fresh.run(*PEOPLE)
        assert not differences(kept, fresh), name

    data = copy.deepcopy(before)
    assert data is not None
    prospects = {row["pardot_prospect_id"]: row for row in data.rows["stg_pardot__prospects"]}
    prospects["p1"]["title"] = "CFO"
    prospects["p2"]["email"] = "p3@alone-3.com"
    # The company takes the name that p4 gives as its employer's.
    company = next(
        row for row in data.rows["stg_salesforce__accounts"] if row["salesforce_account_id"] == "001solo"
    )
    company["account_name"] = "Solo 4 Inc."
    before = loaded(before, data, 99)
    before.put(kept)
    kept.run(*PEOPLE, "--exclude", "int_records__built", full_refresh=False)
    assert concerned(kept, "int_people__changed") == {"p1", "p2"}
    assert concerned(kept, "int_people__affected") == {"p1", "p2", "p3"}
    assert concerned(kept, "int_people__rematched") == {"p1", "p2", "p3", "p4"}
    for table in ("int_accounts__changed", "int_accounts__affected"):
        rows = kept.rows(f"select record_key from intermediate.{table}")
        assert [row["record_key"] for row in rows] == ["salesforce:account:001solo"]
    # That build was not finished: what an address was stays known when it changes again.
    addresses = {"pardot:prospect:p1": "p1@alone-1.com", "pardot:prospect:p2": "p2@alone-2.com"}
    assert former_addresses(kept) == addresses
    data = copy.deepcopy(before)
    for row in data.rows["stg_pardot__prospects"]:
        if row["pardot_prospect_id"] in ("p2", "p5"):
            row["email"] = f"{row['pardot_prospect_id']}@another.com"
    loaded(before, data, 100).put(kept)
    kept.run(*PEOPLE, "--exclude", "int_records__built", full_refresh=False)
    assert former_addresses(kept) == addresses | {"pardot:prospect:p5": "p5@alone-5.com"}
    kept.run("int_records__built", full_refresh=False)
    assert not former_addresses(kept)


def test_a_schema_of_another_loader_is_read_whole(template: Warehouse, tmp_path: Path) -> None:
    """There rows change and go without a trace: no load time tells."""
    kept, fresh = (Warehouse.from_template(template, tmp_path / name) for name in ("kept", "fresh"))
    Data.of(worlds(12, Random(1)), AS_OF).put(kept)
    kept.run(*PEOPLE)
    first = kept.rows("select * from core.bridge_lead_accounts order by lead_id")
    kept.execute("create schema raw_pardot; create table raw_pardot.prospect (id varchar)")
    data = Data.of(worlds(12, Random(4), rewritten=0.3, gone=0.3), AS_OF)
    for warehouse, from_scratch in ((kept, False), (fresh, True)):
        data.put(warehouse)
        warehouse.run(*PEOPLE, full_refresh=from_scratch)
    assert kept.rows("select * from core.bridge_lead_accounts order by lead_id") != first
    assert not differences(kept, fresh)
