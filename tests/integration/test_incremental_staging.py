"""Staging that goes on from its rows equals staging from scratch, and touches no key that was not loaded again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from orchestration.ingest import load_landing
from tests.harness import Warehouse

Row = dict[str, Any]

# Table of the landing zone, staging model, and how many rows the first night brings: single and composite keys, ids
# of 15 and 18 characters, a soft delete of the source's own, people and acts.
TABLES = {
    "hubspot/email_event": ("stg_hubspot__email_events", 60),
    "hubspot/engagement_contact": ("stg_hubspot__engagement_contacts", 30),
    "hubspot/contact_property_history": ("stg_hubspot__contact_property_history", 40),
    "salesforce/task": ("stg_salesforce__tasks", 30),
    "salesforce/lead": ("stg_salesforce__leads", 30),
}
START = datetime(2026, 1, 1)


def version(table: str, number: int, stamp: datetime, text: str) -> Row:
    """A row of a table: `number` makes the key, `stamp` the version, `text` what it says."""
    at = stamp.isoformat()
    happened = (START + timedelta(hours=number)).isoformat()
    match table:
        case "hubspot/email_event":
            return {
                "id": f"e{number}",
                "type": "OPEN",
                "created": happened,
                "recipient": text,
                "_fivetran_synced": at,
            }
        case "hubspot/engagement_contact":
            key = {"engagement_id": f"g{number // 2}", "contact_id": f"c{number % 2}"}
            return key | {"type_id": text, "_fivetran_synced": at}
        case "hubspot/contact_property_history":
            # The key's own stamp orders its versions, so the load and the order of files decide.
            key = {
                "contact_id": f"c{number // 3}",
                "name": ["email", "lifecyclestage", "hs_lead_status"][number % 3],
            }
            return key | {"timestamp": happened, "value": text}
        case "salesforce/task":
            key = f"00T{number:012d}" + ("AAA" if number % 2 and stamp.day % 2 else "")
            return {"id": key, "subject": text, "status": text, "system_modstamp": at}
        case _:
            key = f"00Q{number:012d}" + ("AAA" if number % 2 and stamp.day % 2 else "")
            return {"id": key, "last_name": text, "system_modstamp": at, "is_deleted": text.endswith("7")}


def write(landing: Path, table: str, name: str, rows: list[Row]) -> None:
    folder = landing / table
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def nights(random: Random, landing: Path) -> Iterator[str]:
    """Lay down what each night brings, and name it."""
    counts = {table: rows for table, (_, rows) in TABLES.items()}
    for table, count in counts.items():
        write(landing, table, "first", [version(table, n, START, f"first {n}") for n in range(count)])
    yield "first"

    day = START + timedelta(days=1)
    for table, count in counts.items():
        again = random.sample(range(count), 6)
        new = range(count, count + 5)
        write(landing, table, "second", [version(table, n, day, f"second {n}") for n in (*again, *new)])
        # Two files of one load name the same keys; an older version comes late and loses.
        write(landing, table, "second_b", [version(table, n, day, f"twice {n}") for n in again[:2]])
        early = START - timedelta(days=3)
        write(landing, table, "second_late", [version(table, n, early, f"late {n}") for n in again[2:4]])
    yield "corrected, new and late rows"

    yield "nothing"

    keys = [version("hubspot/email_event", n, day, "")["id"] for n in range(65) if n % 9]
    write(landing, "hubspot/email_event", "all.keys", [{"id": key} for key in keys])
    keys = [version("salesforce/lead", n, day, "")["id"] for n in range(35) if n % 7]
    write(landing, "salesforce/lead", "all.keys", [{"id": key} for key in keys])
    yield "deleted for good"

    keys = [version("hubspot/email_event", n, day, "")["id"] for n in range(65)]
    write(landing, "hubspot/email_event", "all2.keys", [{"id": key} for key in keys])
    day = START + timedelta(days=4)
    rows = [version("hubspot/email_event", n, day, f"bot {n}") for n in range(3)]
    write(landing, "hubspot/email_event", "more", [row | {"filtered_event": True} for row in rows])
    yield "restored, and a column that was not there before"


def contents(warehouse: Warehouse) -> dict[str, list[str]]:
    return warehouse.contents(f"staging.{model}" for model, _ in TABLES.values())


def run(warehouse: Warehouse, from_scratch: bool) -> dict[str, list[str]]:
    warehouse.run(*(model for model, _ in TABLES.values()), full_refresh=from_scratch)
    return contents(warehouse)


@pytest.fixture
def kept(template: Warehouse, tmp_path: Path) -> Warehouse:
    return Warehouse.from_template(template, tmp_path / "kept")


def load(landing: Path, warehouse: Warehouse, loaded_at: datetime) -> None:
    load_landing(landing, warehouse.database, loaded_at, sources=["hubspot", "salesforce"])


def test_nights_equal_builds_from_scratch(kept: Warehouse, tmp_path: Path) -> None:
    random, landing = Random(5), tmp_path / "landing"
    previous: dict[str, list[str]] = {}
    for number, name in enumerate(nights(random, landing)):
        # The clock goes back once: stamps rise all the same.
        load(landing, kept, START + timedelta(days=number if number != 3 else 0))
        if name == "first":
            previous = run(kept, from_scratch=True)
            continue
        if name == "nothing":
            # Marks in the stored rows would show which of them were replaced.
            kept.execute("create table marked as from staging.stg_hubspot__email_events")
            kept.execute("update staging.stg_hubspot__email_events set recipient_email = 'mark'")
            marked = contents(kept)
            assert run(kept, from_scratch=False) == marked
            kept.execute("create or replace table staging.stg_hubspot__email_events as from marked")
            continue
        fresh = Warehouse.from_template(kept, tmp_path / f"fresh{number}")
        found = run(kept, from_scratch=False)
        assert found == run(fresh, from_scratch=True), name
        assert found != previous, name
        previous = found


def test_only_what_was_loaded_again_is_worked_out_anew(kept: Warehouse, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    rows = [version("hubspot/email_event", n, START, "old") for n in range(6)]
    write(landing, "hubspot/email_event", "first", rows)
    load(landing, kept, START)
    run(kept, from_scratch=True)
    kept.execute("update staging.stg_hubspot__email_events set recipient_email = 'mark'")
    rows = [version("hubspot/email_event", n, START, "new") for n in (3, 60)]
    write(landing, "hubspot/email_event", "more", rows)
    load(landing, kept, START + timedelta(days=1))
    run(kept, from_scratch=False)
    anew = kept.rows(
        "select hubspot_email_event_id as id from staging.stg_hubspot__email_events where recipient_email <> 'mark'"
    )
    assert sorted(row["id"] for row in anew) == ["e3", "e60"]


def test_a_schema_of_another_loader_is_read_whole(kept: Warehouse) -> None:
    """There rows change and go without a trace: no load time of ours says so."""
    kept.execute("create schema if not exists raw_hubspot")
    kept.execute(
        "create table raw_hubspot.email_event as select 'e' || i as id, 'OPEN' as type, "
        "timestamp '2026-01-01' as created, timestamp '2026-01-01' as _fivetran_synced from range(5) as t(i)"
    )
    kept.run("stg_hubspot__email_events", full_refresh=True)
    kept.execute("delete from raw_hubspot.email_event where id = 'e2'")
    kept.execute("update raw_hubspot.email_event set type = 'CLICK' where id = 'e3'")
    kept.run("stg_hubspot__email_events", full_refresh=False)
    with duckdb.connect(str(kept.database), read_only=True) as connection:
        rows = connection.execute(
            "select hubspot_email_event_id, event_type from staging.stg_hubspot__email_events order by 1"
        ).fetchall()
    assert rows == [("e0", "OPEN"), ("e1", "OPEN"), ("e3", "CLICK"), ("e4", "OPEN")]
