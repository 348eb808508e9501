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

from demo import split_nights, write_demo

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
    """The extract files of a landing zone, truth and definitions left out."""
    return sorted(path for path in out.glob("*/*/*") if not path.parent.parent.name.startswith("_"))


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


def newest(out: Path) -> dict[str, dict[tuple, tuple]]:
    """Table -> key -> newest row, by the modification stamp of the declared schema, later files last."""
    state: dict[str, dict[tuple, tuple]] = {}
    for path in landing_files(out):
        source, table = path.parent.parent.name, path.parent.name
        meta = declared()[source][table]
        rows = state.setdefault(f"{source}.{table}", {})
        for row in read_rows(path):
            key = tuple(str(row.get(name)) for name in meta["primary_key"])
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
    for path in full.glob("*/*/*.parquet"):
        if path.parent.parent.name.startswith("_"):
            continue
        columns = declared()[path.parent.parent.name][path.parent.name]["columns"]
        for field in pq.read_schema(path):
            check = kinds.get(columns[field.name])
            assert check is None or check(field.type), (
                f"{path.relative_to(full)}: {field.name} is {field.type}"
            )
