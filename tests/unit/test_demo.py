"""The demo company: same seed same bytes, declared tables only, and nights that add up to the whole."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from demo import DEFAULT_AS_OF, split_nights, write_demo
from demo.odd_files import ODD_FILES
from demo.trap_list import trap_table
from demo.traps import RATES
from demo.vendors.pardot import ACTIVITY_TYPES
from demo.vendors.salesforce import deleted_members
from demo.world import ALL_SOURCES, build_world

ROOT = Path(__file__).parent.parent.parent
LEADS = 600


def snake(name: str) -> str:
    """A vendor's column name as the declared schemas spell it."""
    name = name.replace("__c", "_c").lstrip("\ufeff")
    return (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("__", "_").lower()
        if name != name.lower()
        else name
    )


@cache
def declared() -> dict[str, dict[str, dict]]:
    """source -> table -> {columns, primary_key, modified_at}."""
    out: dict[str, dict[str, dict]] = {}
    for path in ROOT.glob("models/staging/*/_*__sources.yml"):
        for source in yaml.safe_load(path.read_text())["sources"]:
            for table in source["tables"]:
                meta = table["config"]["meta"]
                out.setdefault(source["name"], {})[table["name"]] = {
                    "columns": {column["name"]: column["data_type"] for column in table["columns"]},
                    **meta,
                }
    return out


def read_rows(path: Path) -> list[dict]:
    """Rows of one extract file with declared column names and text or plain values."""
    if path.name.endswith(".parquet"):
        return pq.read_table(path).to_pylist()
    if path.name.endswith(".jsonl.gz"):
        return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [{snake(key): value or None for key, value in row.items()} for row in rows]


def landing_files(out: Path) -> list[Path]:
    """The extract files of a landing zone; truth, definitions and the files that are meant to be odd left out."""
    odd = {out / path for path, _ in ODD_FILES.values()}
    return sorted(p for p in out.glob("*/*/*") if not p.parent.parent.name.startswith("_") and p not in odd)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("full")
    write_demo(out, leads=LEADS, months=8, seed=11)
    return out


@pytest.fixture(scope="module")
def nightly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nightly")
    write_demo(out, leads=LEADS, months=8, seed=11, nights=5)
    return out


def digest(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes(full: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, leads=LEADS, months=8, seed=11)
    assert digest(tmp_path) == digest(full)


def test_another_seed_gives_another_company(full: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, leads=LEADS, months=8, seed=12)
    assert digest(tmp_path) != digest(full)


def test_only_declared_tables_and_columns_are_written(full: Path) -> None:
    for path in landing_files(full):
        source, table = path.parent.parent.name, path.parent.name
        assert table in declared()[source], f"{source}.{table} is not declared"
        rows = read_rows(path)
        extra = {snake(name) for row in rows[:50] for name in row} - set(declared()[source][table]["columns"])
        assert not extra, f"{path.relative_to(full)} writes undeclared columns {sorted(extra)}"


def test_every_requested_source_is_written(full: Path) -> None:
    assert {path.parent.parent.name for path in landing_files(full)} == set(declared())


def test_primary_keys_are_unique_in_a_full_extract(full: Path) -> None:
    for path in landing_files(full):
        if not path.name.startswith("base."):
            continue
        key = declared()[path.parent.parent.name][path.parent.name]["primary_key"]
        keys = [tuple(row.get(name) for name in key) for row in read_rows(path)]
        assert len(keys) == len(set(keys)), f"{path.relative_to(full)}: duplicate {key}"


def stage(path: Path) -> int:
    """0 for what the first night finds, else the number of the night."""
    return int(path.name[6:9]) if path.name.startswith("night_") else 0


def newest(out: Path) -> dict[str, dict[tuple, tuple]]:
    """Table -> key -> newest row by the declared modification stamp; keys that a full key set lacks are gone."""
    state: dict[str, dict[tuple, tuple]] = {}
    for path in sorted(landing_files(out), key=lambda path: (stage(path), ".keys." in path.name, path)):
        source, table = path.parent.parent.name, path.parent.name
        meta = declared()[source][table]
        rows = state.setdefault(f"{source}.{table}", {})
        found = {tuple(str(row.get(name)) for name in meta["primary_key"]): row for row in read_rows(path)}
        if ".keys." in path.name:
            for key in rows.keys() - found.keys():
                del rows[key]
            continue
        for key, row in found.items():
            stamp = next((str(row[name]) for name in meta["modified_at"] if row.get(name)), "")
            if key not in rows or rows[key][0] <= stamp:
                rows[key] = (stamp, tuple(sorted((name, str(value)) for name, value in row.items())))
    return state


def test_the_base_and_all_nights_add_up_to_the_full_extract(full: Path, nightly: Path) -> None:
    whole, added = newest(full), newest(nightly)
    assert whole.keys() == added.keys()
    for table in whole:
        assert whole[table] == added[table], table


def test_nights_can_be_dropped_in_one_at_a_time(nightly: Path, tmp_path: Path) -> None:
    out = tmp_path / "landing"
    write_demo(out, leads=200, months=6, seed=3, nights=3)
    folders = split_nights(out, tmp_path / "nights")
    assert [folder.name for folder in folders] == ["001", "002", "003"]
    assert not list(out.glob("*/*/night_*"))
    assert all(landing_files(folder) for folder in folders)


def test_too_many_nights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most"):
        write_demo(tmp_path, leads=100, nights=99)


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose from"):
        write_demo(tmp_path, leads=100, sources={"dynamics"})


def test_extracts_are_typed_where_the_format_has_types(full: Path) -> None:
    kinds = {
        "timestamp": pa.types.is_timestamp, "date": pa.types.is_date, "boolean": pa.types.is_boolean,
        "string": lambda kind: pa.types.is_string(kind) or pa.types.is_null(kind),
    }  # fmt: skip
    for path in landing_files(full):
        if path.suffix != ".parquet":
            continue
        columns = declared()[path.parent.parent.name][path.parent.name]["columns"]
        for field in pq.read_schema(path):
            check = kinds.get(columns[field.name])
            assert check is None or check(field.type), (
                f"{path.relative_to(full)}: {field.name} is {field.type}"
            )


def truth(out: Path, name: str) -> list[dict]:
    return pq.read_table(out / "_truth" / f"{name}.parquet").to_pylist()


def test_every_trap_occurs_by_name(full: Path) -> None:
    counts = {row["trap"]: row["occurrences"] for row in truth(full, "traps")}
    missing = set(EXPECTED_TRAPS) - counts.keys()
    assert not missing


# Traps whose rate is a share of people; the list says how many records of how many there are.
EXPECTED_TRAPS = """account_merge bot bot_filtered_event campaign_member_hard_delete converted_date_is_a_date
daylight_saving dirty_text fifteen_character_id free_mail free_mail_look_alike hand_raise_before_creation hard_bounce
hierarchy_cycle history_split_by_object hubspot_changed_address hubspot_cleared_stage hubspot_custom_stage hubspot_merge
hubspot_merge_chain inferred_account internal_staff invalid_email late_event marketo_double_delete marketo_merge
multi_currency no_reason open_duplicate open_task opportunity_colleague pardot_duplicate_email plus_tag queue_owner
rep_moves_time_zone role_mailbox salesforce_hard_delete salesforce_merge salesforce_merge_chain salesforce_soft_delete
same_act_twice same_day_decision select_means_null sequence_step several_leads_one_contact shared_domain shouted_email
subsidiary test_record tracking_switched_on_late unicode_domain""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("trap", "rate_name"),
    [
        ("free_mail", "free_mail"),
        ("salesforce_merge", "salesforce_merge"),
        ("hubspot_merge", "hubspot_merge"),
    ],
)
def test_traps_occur_at_their_rate(tmp_path: Path, trap: str, rate_name: str) -> None:
    world = build_world(4000, 8, 5, set(ALL_SOURCES), DEFAULT_AS_OF)
    counts = {
        row["trap"]: row["occurrences"] for row in trap_table(world, deleted_members(world)).to_pylist()
    }
    base = {
        "free_mail": (world.records.main[[0, 1, 2, 3, 4]] >= 0).sum(),
        "salesforce_merge": (world.records.main[0] >= 0).sum(),
        "hubspot_merge": (world.records.main[2] >= 0).sum(),
    }[trap]
    assert counts[trap] / base == pytest.approx(RATES[rate_name], rel=0.35)


def test_every_record_has_one_true_person(full: Path) -> None:
    rows = truth(full, "persons")
    keys = [row["record_key"] for row in rows]
    assert len(keys) == len(set(keys))
    shown = set()
    for (source, table), object_name in {
        ("salesforce", "lead"): "lead", ("salesforce", "contact"): "contact", ("hubspot", "contact"): "contact",
        ("marketo", "lead"): "lead", ("pardot", "prospect"): "prospect",
    }.items():  # fmt: skip
        for row in pq.read_table(full / source / table / "base.parquet").to_pylist():
            number = row["id"][:15] if source == "salesforce" else row["id"]
            shown.add(f"{source}:{object_name}:{number}")
    assert shown == set(keys)


def matching(email: str | None) -> str | None:
    """The address as it is compared, by the semantics: trimmed, lower case, without a tag."""
    plain = (email or "").strip().lower()
    local, _, domain = plain.partition("@")
    if not local or "." not in domain or "@" in domain or re.search(r"\s", plain):
        return None
    return f"{local.split('+')[0]}@{domain}"


def test_the_true_people_are_the_connected_components_of_the_extracts(full: Path) -> None:
    """Union-find over every edge that the semantics define, read from the files alone."""
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    def join(left: str, right: str | None) -> None:
        if right and left in parent and right in parent:
            parent[find(left)] = find(right)

    def rows(source: str, table: str) -> list[dict]:
        return pq.read_table(full / source / table / "base.parquet").to_pylist()

    roles = {
        row["local_part"] for row in csv.DictReader((ROOT / "seeds/definitions/role_mailboxes.csv").open())
    }
    people = [
        ("salesforce:lead", "salesforce", "lead", "email"),
        ("salesforce:contact", "salesforce", "contact", "email"),
        ("hubspot:contact", "hubspot", "contact", "property_email"),
        ("marketo:lead", "marketo", "lead", "email"),
        ("pardot:prospect", "pardot", "prospect", "email"),
    ]
    tables = {prefix: rows(source, table) for prefix, source, table, _ in people}

    def key(prefix: str, number: str | None) -> str | None:
        if not number:
            return None
        return f"{prefix}:{number[:15] if prefix.startswith('salesforce') else number}"

    for prefix, _source, _table, _email in people:
        for row in tables[prefix]:
            find(key(prefix, row["id"]))
    by_email: dict[str, str] = {}
    for prefix, _source, _table, email in people:
        for row in tables[prefix]:
            own = key(prefix, row["id"])
            address = matching(row[email])
            if address and address.split("@")[0] not in roles:
                join(own, by_email.setdefault(address, own))
            for column, target in {
                "master_record_id": prefix, "converted_contact_id": "salesforce:contact",
                "property_salesforceleadid": "salesforce:lead", "property_salesforcecontactid": "salesforce:contact",
                "sfdc_lead_id": "salesforce:lead", "sfdc_contact_id": "salesforce:contact",
                "crm_lead_fid": "salesforce:lead", "crm_contact_fid": "salesforce:contact",
            }.items():  # fmt: skip
                join(own, key(target, row.get(column)))
            for merged in (row.get("property_hs_merged_object_ids") or "").split(";"):
                join(own, key("hubspot:contact", merged))
    for row in rows("marketo", "activity_merge_leads"):
        for loser in row["merge_ids"].strip("[]").split(","):
            join(key("marketo:lead", row["lead_id"]), key("marketo:lead", loser))
    true: dict[str, str] = {row["record_key"]: row["true_person_id"] for row in truth(full, "persons")}
    found: dict[str, set[str]] = {}
    for record in true:
        found.setdefault(find(record), set()).add(true[record])
    assert all(len(names) == 1 for names in found.values()), [
        names for names in found.values() if len(names) > 1
    ][:5]
    assert len(found) == len(set(true.values()))


def test_true_ledgers_are_ledgers(full: Path) -> None:
    order = ["raw", "mql", "sal", "sqo", "opportunity", "customer"]
    last: dict[str, dict] = {}
    for row in truth(full, "stages"):
        before = last.get(row["true_person_id"])
        assert row["from_stage"] == (before["to_stage"] if before else None)
        if before:
            assert row["occurred_at"] >= before["occurred_at"]
            if row["to_stage"] in order[1:] and row["from_stage"] in order:
                assert order.index(row["to_stage"]) == order.index(row["from_stage"]) + 1
            assert row["cycle_number"] - before["cycle_number"] in (0, 1)
        else:
            assert row["to_stage"] == "raw"
        last[row["true_person_id"]] = row
    stages = {row["to_stage"] for row in truth(full, "stages")}
    assert stages == {*order, "lost"}


def test_the_demo_definitions_keep_the_headers_of_the_seeds(full: Path) -> None:
    files = sorted((full / "_definitions").glob("*.csv"))
    assert files
    for path in files:
        header = path.read_text().splitlines()[0]
        assert header == (ROOT / "seeds/definitions" / path.name).read_text().splitlines()[0], path.name


def test_odd_files_are_there_one_of_each_and_listed_among_the_traps(full: Path, tmp_path: Path) -> None:
    listed = {
        row["trap"]: row["record_keys"] for row in truth(full, "traps") if row["trap"].startswith("file_")
    }
    assert listed == {trap: path for trap, (path, _) in ODD_FILES.items()}
    assert all((full / path).exists() for path in listed.values())
    assert (full / "salesforce/task/empty.csv").stat().st_size == 0
    write_demo(tmp_path, leads=200, months=6, odd_files=False, truth=False)
    assert not [path for path, _ in ODD_FILES.values() if (tmp_path / path).exists()]


def test_what_an_odd_file_brings_is_older_than_what_the_base_has(full: Path) -> None:
    newest_stamp = {
        row["id"]: row["system_modstamp"] for row in read_rows(full / "salesforce/lead/base.parquet")
    }
    found = 0
    for path in (full / "salesforce/lead").glob("restored_[!f]*"):
        for row in read_rows(path):
            assert row["system_modstamp"] < newest_stamp[row["id"]]
            found += 1
    assert found >= 3


@pytest.mark.parametrize(
    "sources", [{"salesforce"}, {"hubspot"}, {"salesforce", "hubspot"}, {"marketo"}, {"pardot", "files"}]
)
def test_a_company_may_use_some_sources_only(tmp_path: Path, sources: set[str]) -> None:
    report = write_demo(tmp_path, leads=300, months=6, sources=sources)
    assert {name.split(".")[0] for name in report.rows} == sources
    assert truth(tmp_path, "persons")


def test_pardot_codes_mean_what_the_mappings_say() -> None:
    rows = list(csv.DictReader((ROOT / "seeds/definitions/engagement_mappings.csv").open()))
    for engagement_type, (code, _label) in ACTIVITY_TYPES.items():
        means = {
            row["engagement_type"] for row in rows if row["source_activity"] == f"visitor_activity:{code}"
        }
        assert engagement_type in means, (
            f"Pardot type {code} no longer means {engagement_type}: see vendors/pardot.py"
        )
