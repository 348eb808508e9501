"""Loads of a landing zone: incremental by file, idempotent, quarantining, killed anywhere, deleting by key set."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest import FullRefreshRefused, LoadReport, load_landing, load_source
from orchestration.ingest.schemas import read_schemas
from orchestration.ingest.state import open_quarantine

DAY = datetime(2026, 1, 1)


class Loads:
    """A landing zone and a build database."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.landing = root / "landing"
        self.database = root / "build" / "concord.duckdb"
        self.day = 0

    def put(self, path: str, content: str | bytes) -> None:
        target = self.landing / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def load(self, source: str = "salesforce", **options: Any) -> LoadReport:
        self.day += 1
        return load_source(source, self.landing, self.database, DAY + timedelta(days=self.day), **options)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def newest(
        self, source: str = "salesforce", table: str = "lead"
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The newest version of every row, in plain Python."""
        schema = read_schemas()[source].tables[table]
        with duckdb.connect(str(self.database), read_only=True) as connection:
            found = connection.execute(f'select * from raw_{source}."{table}"')
            names = [column[0] for column in found.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        stamps = [*schema.modified_at, "_fivetran_synced"]

        def rank(row: dict[str, Any]) -> tuple[Any, ...]:
            stamp = next((row[name] for name in stamps if row.get(name) is not None), datetime(1, 1, 1))
            return (stamp, row["_loaded_at"], row["_file_order"], row["_row"])

        best: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in sorted(rows, key=rank):
            key = tuple(
                row[name][:15] if source == "salesforce" and name == "id" else row[name]
                for name in schema.primary_key
            )
            best[key] = row
        return best

    def emails(self) -> dict[str, str]:
        return {
            key[0]: row["email"]
            for key, row in self.newest().items()
            if not (row["is_deleted"] or row["_fivetran_deleted"])
        }


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    return Loads(tmp_path)


HEADER = "Id,Email,SystemModstamp\n"


def test_a_file_loads_once_whatever_its_name(loads: Loads) -> None:
    loads.put("salesforce/lead/a.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    first = loads.load()
    assert [(table.table, table.files, table.rows) for table in first.tables] == [("lead", 1, 1)]
    loads.put("salesforce/lead/copy.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    os.utime(loads.landing / "salesforce/lead/a.csv")
    second = loads.load()
    assert second.files == 0
    assert dict(second.skipped) == {
        "salesforce/lead/a.csv": "loaded before",
        "salesforce/lead/copy.csv": "the same bytes were loaded before under another name",
    }
    assert loads.query("select count(*) from raw_salesforce.lead") == [(1,)]


def test_two_copies_in_one_load_count_once(loads: Loads) -> None:
    for name in ("a", "b"):
        loads.put(f"salesforce/lead/{name}.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    loads.load()
    assert loads.query("select count(*) from raw_salesforce.lead") == [(1,)]


def test_a_changed_file_adds_versions_and_may_go_back(loads: Loads) -> None:
    spend = "spend_date,channel,campaign_id,spend\n2026-01-01,search,c1,"
    seen = []
    for amount in ("10", "20", "10"):
        loads.put("files/ad_spend/spend.csv", spend + amount + "\n")
        loads.load("files")
        seen += [row["spend"] for row in loads.newest("files", "ad_spend").values()]
    assert [str(amount) for amount in seen] == ["10.00", "20.00", "10.00"]


def test_same_size_and_time_is_still_noticed(loads: Loads) -> None:
    path = loads.landing / "salesforce/lead/a.csv"
    loads.put("salesforce/lead/a.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    loads.load()
    loads.put("salesforce/lead/a.csv", HEADER + "00Q1,b@x.co,2025-01-02\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    loads.load()
    assert loads.emails() == {"00Q1": "b@x.co"}


def test_the_newest_version_wins_in_any_order(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q1,new@x.co,2025-03-01\n")
    loads.load()
    loads.put("salesforce/lead/2.csv", HEADER + "00Q1,old@x.co,2025-02-01\n")
    loads.load()
    assert loads.emails() == {"00Q1": "new@x.co"}


def test_salesforce_ids_of_15_and_18_letters_are_one_record(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q5g00000AbCdEAAA,old@x.co,2025-02-01\n")
    loads.put("salesforce/lead/2.csv", HEADER + "00Q5g00000AbCdE,new@x.co,2025-03-01\n")
    loads.load()
    assert list(loads.newest()) == [("00Q5g00000AbCdE",)]


def test_columns_come_and_go(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", "Id,Email\n00Q1,a@x.co\n")
    loads.load()
    loads.put("salesforce/lead/2.csv", "Id,Email,Shoe_Size__c\n00Q2,b@x.co,43\n")
    loads.load()
    loads.put("salesforce/lead/3.csv", "Id\n00Q3\n")
    report = loads.load()
    assert not report.quarantined
    assert loads.query("select id, shoe_size_c from raw_salesforce.lead order by 1") == [
        ("00Q1", None),
        ("00Q2", "43"),
        ("00Q3", None),
    ]


def test_a_bad_file_is_quarantined_alone_until_it_is_delivered_again(loads: Loads) -> None:
    loads.put("salesforce/lead/good.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    loads.put("salesforce/lead/bad.csv", HEADER + "00Q2,b@x.co,2025-01-01\n00Q3,c@x.co,last week\n")
    loads.put("salesforce/account/half.parquet", b"PAR1....")
    report = loads.load()
    assert loads.emails() == {"00Q1": "a@x.co"}
    (half, bad) = sorted(report.quarantined, key=lambda entry: entry.file)
    assert (bad.table, bad.row, bad.column) == ("lead", 2, "system_modstamp")
    assert "aaaa aaaa" in bad.reason
    assert "last week" not in bad.reason
    assert half.table == "account"
    again = loads.load()
    assert {entry.detected_at for entry in again.quarantined} == {half.detected_at}
    loads.put("salesforce/lead/bad.csv", HEADER + "00Q2,b@x.co,2025-01-01\n")
    (loads.landing / "salesforce/account/half.parquet").unlink()
    fixed = loads.load()
    assert fixed.files == 1
    assert not fixed.quarantined
    assert loads.emails() == {"00Q1": "a@x.co", "00Q2": "b@x.co"}
    with duckdb.connect(str(loads.database)) as connection:
        assert open_quarantine(connection) == []


def test_unknown_sources_are_reported_and_undeclared_tables_load_as_text(loads: Loads) -> None:
    loads.put("zendesk/ticket/a.csv", "id\n1\n")
    loads.put("_truth/lead/a.csv", "id\n1\n")
    loads.put("Salesforce/CustomObject__c/a.csv", "Id,Total\n1,2\n")
    loads.put("salesforce/notes.txt", "hello")
    report = load_landing(loads.landing, loads.database, DAY)
    assert report.unknown_sources == ["zendesk"]
    assert report.undeclared_tables == ["salesforce.custom_object_c"]
    assert report.ignored == [("salesforce/notes.txt", "not in a folder <source>/<table>/")]
    assert loads.query("select id, total from raw_salesforce.custom_object_c") == [("1", "2")]


def test_an_empty_zone_is_fine(loads: Loads) -> None:
    loads.landing.mkdir(parents=True)
    assert load_landing(loads.landing, loads.database, DAY).files == 0


def test_any_fsspec_url(loads: Loads) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/zone/salesforce/lead/a.csv", (HEADER + "00Q1,a@x.co,2025-01-01\n").encode())
    try:
        report = load_source("salesforce", "memory://zone", loads.database, DAY)
        assert report.files == 1
        assert load_source("salesforce", "memory://zone", loads.database, DAY).files == 0
    finally:
        memory.rm("/zone", recursive=True)
    assert loads.emails() == {"00Q1": "a@x.co"}


# --- key sets ---------------------------------------------------------------------------------------


def keys(*ids: str) -> str:
    return "Id\n" + "".join(f"{key}\n" for key in ids)


def test_a_key_that_the_full_set_lacks_is_deleted_and_comes_back_with_it(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q1,a@x.co,2025-01-01\n00Q2,b@x.co,2025-01-01\n")
    loads.load()
    loads.put("salesforce/lead/2.keys.csv", keys("00Q1"))
    report = loads.load()
    assert (report.tables[0].deleted_keys, report.tables[0].rows) == (1, 1)
    assert loads.emails() == {"00Q1": "a@x.co"}
    assert loads.newest()[("00Q2",)]["email"] == "b@x.co"
    loads.put("salesforce/lead/3.keys.csv", keys("00Q1"))
    assert loads.load().tables[0].deleted_keys == 0
    loads.put("salesforce/lead/4.keys.csv", keys("00Q1", "00Q2"))
    assert loads.load().tables[0].restored_keys == 1
    assert loads.emails() == {"00Q1": "a@x.co", "00Q2": "b@x.co"}
    loads.put("salesforce/lead/5.keys.csv", keys("00Q2"))
    assert loads.load().tables[0].deleted_keys == 1
    assert loads.emails() == {"00Q2": "b@x.co"}


def test_a_later_version_brings_a_deleted_key_back(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    loads.put("salesforce/lead/1.keys.csv", keys("00Q9"))
    loads.load()
    assert loads.emails() == {}
    loads.put("salesforce/lead/2.csv", HEADER + "00Q1,a2@x.co,2025-01-05\n")
    loads.load()
    assert loads.emails() == {"00Q1": "a2@x.co"}


def test_many_nights_in_one_load_give_what_one_by_one_gives(tmp_path: Path) -> None:
    nights = {
        "1.csv": HEADER + "00Q1,a@x.co,2025-01-01\n00Q2,b@x.co,2025-01-01\n",
        "2.csv": HEADER + "00Q3,c@x.co,2025-01-02\n",
        "2.keys.csv": keys("00Q1", "00Q3"),
        "3.csv": HEADER + "00Q4,d@x.co,2025-01-03\n",
        "3.keys.csv": keys("00Q3", "00Q4", "00Q2"),
        "4.csv": HEADER + "00Q1,back@x.co,2025-01-04\n",
    }
    together, one_by_one = Loads(tmp_path / "a"), Loads(tmp_path / "b")
    for name, content in nights.items():
        together.put(f"salesforce/lead/{name}", content)
        one_by_one.put(f"salesforce/lead/{name}", content)
        one_by_one.load()
    together.load()
    assert together.emails() == one_by_one.emails()
    assert together.emails() == {"00Q1": "back@x.co", "00Q2": "b@x.co", "00Q3": "c@x.co", "00Q4": "d@x.co"}


def test_key_sets_by_18_letter_ids_and_of_compound_keys(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q5g00000AbCdE,a@x.co,2025-01-01\n")
    loads.put("salesforce/lead/1.keys.csv", keys("00Q5g00000AbCdEAAA"))
    loads.load()
    assert len(loads.emails()) == 1
    loads.put("hubspot/contact_company/1.csv", "contact_id,company_id,type_id\n1,7,1\n1,8,\n")
    loads.put("hubspot/contact_company/1.keys.jsonl", '{"contact_id": 1, "company_id": 8, "type_id": null}\n')
    loads.load("hubspot")
    gone = loads.newest("hubspot", "contact_company")
    assert {key: row["_fivetran_deleted"] for key, row in gone.items()} == {
        ("1", "7", "1"): True,
        ("1", "8", None): None,
    }


# --- full refresh -----------------------------------------------------------------------------------


def test_a_full_refresh_that_would_lose_rows_is_refused(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q1,a@x.co,2025-01-01\n")
    loads.put("salesforce/lead/2.csv", HEADER + "00Q2,b@x.co,2025-01-01\n")
    loads.load()
    before = loads.query("select * from raw_salesforce.lead order by _file_order")
    (loads.landing / "salesforce/lead/1.csv").unlink()
    with pytest.raises(FullRefreshRefused, match="lead: 1 key"):
        loads.load(full_refresh=True)
    assert loads.query("select * from raw_salesforce.lead order by _file_order") == before
    assert loads.load().files == 0
    loads.load(full_refresh=True, force=True)
    assert loads.emails() == {"00Q2": "b@x.co"}
    assert loads.load().files == 0


def test_a_full_refresh_with_everything_there_gives_the_same_rows(loads: Loads) -> None:
    loads.put("salesforce/lead/1.csv", HEADER + "00Q1,a@x.co,2025-01-01\n00Q2,b@x.co,2025-01-01\n")
    loads.put("salesforce/lead/2.keys.csv", keys("00Q1"))
    loads.put("salesforce/lead/3.csv", HEADER + "00Q3,c@x.co,2025-01-01\n")
    loads.load()
    expected = loads.emails()
    report = loads.load(full_refresh=True)
    assert report.rows == 4
    assert loads.emails() == expected == {"00Q1": "a@x.co", "00Q3": "c@x.co"}
    assert loads.query("select count(*) from raw_salesforce.lead") == [(4,)]


# --- killed -----------------------------------------------------------------------------------------

NIGHTS: list[dict[str, str]] = [
    {
        "salesforce/lead/1.csv": HEADER + "".join(f"00Q{n},a{n}@x.co,2025-01-01\n" for n in range(40)),
        "salesforce/account/1.csv": "Id,Name,SystemModstamp\n0011,Acme,2025-01-01\n",
        "salesforce/contact/1.csv": HEADER + "0031,x@x.co,2025-01-01\n",
    },
    {
        "salesforce/lead/2.csv": HEADER + "".join(f"00Q{n},b{n}@x.co,2025-01-02\n" for n in range(20, 60)),
        "salesforce/lead/2.keys.csv": keys(*(f"00Q{n}" for n in range(5, 60))),
        "salesforce/account/2.csv": "Id,Name,SystemModstamp\n0012,Beta,2025-01-02\n",
        "salesforce/account/2b.csv": "Id,Name,SystemModstamp\nbroken,row\n",
        "salesforce/contact/2.csv": HEADER + "0032,y@x.co,2025-01-02\n",
    },
]


def load_and_die(loads: Loads, point: int) -> bool:
    """Loads in a child process that is killed at its point-th step; False if there are fewer steps."""
    child = os.fork()
    if child == 0:
        from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob

        steps = 0

        def step(*_: Any) -> None:
            nonlocal steps
            steps += 1
            if steps == point:
                os.kill(os.getpid(), signal.SIGKILL)

        run = DuckDbCopyJob.run

        def run_between_steps(job: DuckDbCopyJob) -> None:
            step()
            run(job)
            step()

        DuckDbCopyJob.run = run_between_steps  # type: ignore[method-assign]
        try:
            loads.load(progress=step)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.slow
def test_a_load_killed_anywhere_is_made_good_by_the_next(tmp_path: Path) -> None:
    start = Loads(tmp_path / "start")
    for path, content in NIGHTS[0].items():
        start.put(path, content)
    start.load()
    for path, content in NIGHTS[1].items():
        start.put(path, content)

    def versions(loads: Loads) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table in ("lead", "account", "contact"):
            rows = loads.newest(table=table)
            load_columns = ("_loaded_at", "_file_order")
            found[table] = {
                key: {name: value for name, value in row.items() if name not in load_columns}
                for key, row in rows.items()
            }
            found[f"{table} versions"] = loads.query(f"select count(*) from raw_salesforce.{table}")
        found["deliveries"] = loads.query(
            "select file, kind, rows from raw_meta.loaded_files where kind <> 'copy' order by 1, 2"
        )
        found["quarantine"] = loads.query('select file, "row", reason from raw_meta.quarantined_files')
        return found

    undisturbed = Loads(tmp_path / "undisturbed")
    shutil.copytree(start.root, undisturbed.root)
    undisturbed.load()
    expected = versions(undisturbed)
    assert len(expected["lead"]) == 60

    kills = 0
    for point in range(1, 60, 3):
        killed = Loads(tmp_path / f"killed{point}")
        shutil.copytree(start.root, killed.root)
        was_killed = load_and_die(killed, point)
        killed.load()
        assert versions(killed) == expected, f"killed at step {point}"
        if not was_killed:
            break
        kills += 1
    assert kills >= 6
