"""What a single file may look like, and which files are quarantined, with what is said about them."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingest.files import BadFile, list_landing
from orchestration.ingest.prepare import Prepared, parsing_connection, prepare
from orchestration.ingest.schemas import read_schemas, undeclared_table

LOADED_AT = datetime(2026, 1, 1)
SCHEMAS = read_schemas()


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    made = parsing_connection("500MB", Path(tmp_path_factory.mktemp("spill")), threads=1)
    yield made
    made.close()


class Zone:
    """A landing zone with one file in it."""

    def __init__(self, root: Path, parser: duckdb.DuckDBPyConnection) -> None:
        self.root = root
        self.parser = parser

    def prepare(self, path: str, content: bytes | str) -> Prepared:
        target = self.root / "landing" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        (file,) = list_landing(self.root / "landing").files
        source, table = path.split("/")[:2]
        schema = SCHEMAS[source].tables.get(table) or undeclared_table(source, table)
        return prepare(file, schema, self.parser, self.root / "work", LOADED_AT, 7)

    def rows(self, path: str, content: bytes | str, columns: str = "*") -> list[tuple[Any, ...]]:
        prepared = self.prepare(path, content)
        if prepared.path is None:
            return []
        found = self.parser.execute(f"select {columns} from '{prepared.path}' order by _row").fetchall()
        assert len(found) == prepared.rows
        return found


@pytest.fixture
def zone(tmp_path: Path, parser: duckdb.DuckDBPyConnection) -> Zone:
    return Zone(tmp_path, parser)


LEADS = 'Id,Email,FirstName\r\n00Q1,a@b.co,"Ann, ""A"""\r\n00Q2,c@d.co,"two\r\nlines"\r\n'
EXPECTED = [("00Q1", "a@b.co", 'Ann, "A"'), ("00Q2", "c@d.co", "two\r\nlines")]


@pytest.mark.parametrize(
    "content",
    [
        LEADS.encode(),
        b"\xef\xbb\xbf" + LEADS.encode(),
        LEADS.replace(",Email,", ";Email;").replace("00Q1,", "00Q1;").replace("00Q2,", "00Q2;")
        .replace("co,", "co;").replace("Id;Email;", "Id;Email;").encode().replace(b"Email;F", b"Email;F"),
        b"sep=;\r\n" + LEADS.replace("Id,Email,", "Id;Email;").replace("1,a@b.co,", "1;a@b.co;")
        .replace("2,c@d.co,", "2;c@d.co;").encode(),
        LEADS.rstrip().encode(),
    ],
    ids=["crlf", "bom", "semicolon", "excel", "no-last-newline"],
)  # fmt: skip
def test_csv_dialects(zone: Zone, content: bytes) -> None:
    assert zone.rows("salesforce/lead/x.csv", content, "id, email, first_name") == EXPECTED


def test_unix_newlines_and_tabs(zone: Zone) -> None:
    rows = zone.rows(
        "salesforce/lead/x.csv", "Id\tEmail\n00Q1\ta@b.co\n", "id, email, _row, _file_order, _file"
    )
    assert rows == [("00Q1", "a@b.co", 1, 7, "salesforce/lead/x.csv")]


def test_gzip_of_every_format(tmp_path: Path, parser: duckdb.DuckDBPyConnection) -> None:
    parquet = io.BytesIO()
    pq.write_table(pa.table({"Id": ["00Q1"], "IsConverted": [True]}), parquet)
    contents = {
        "x.csv.gz": b"Id,IsConverted\n00Q1,TRUE\n",
        "x.jsonl.gz": b'{"Id": "00Q1", "IsConverted": true}\n',
        "X.PARQUET.GZ": parquet.getvalue(),
        "x.ndjson": b'{"Id": "00Q1", "IsConverted": true}',
    }
    for number, (name, content) in enumerate(contents.items()):
        packed = gzip.compress(content) if name.lower().endswith("gz") else content
        one = Zone(tmp_path / str(number), parser)
        assert one.rows(f"salesforce/lead/{name}", packed, "id, is_converted") == [("00Q1", True)]


def test_jsonl_nested_values_stay_json_and_hubspot_properties_are_flattened(zone: Zone) -> None:
    record = {
        "id": 51,
        "properties": {"email": "a@b.co", "createdate": "2024-01-02T03:04:05Z", "odd~/key": 1},
        "archived": False,
        "associations": {"companies": [1, 2]},
    }
    rows = zone.rows(
        "hubspot/contact/x.jsonl",
        json.dumps(record) + "\n\n",
        "id, property_email, property_createdate, archived, associations, property_odd_key",
    )
    assert rows == [
        ("51", "a@b.co", datetime(2024, 1, 2, 3, 4, 5), False, '{"companies":[1,2]}', "1"),
    ]


def test_quotes_inside_unquoted_text(zone: Zone) -> None:
    rows = zone.rows("salesforce/lead/x.csv", '"Id","Name"\n1,5" pipe\n2,"a ""b"""\n', "id, name")
    assert rows == [("1", '5" pipe'), ("2", 'a "b"')]


def test_an_undeclared_table_stays_text(zone: Zone) -> None:
    rows = zone.rows("salesforce/sf_order/x.csv", "Id,Total\n1,2.50\n", "id, total, typeof(total)")
    assert rows == [("1", "2.50", "VARCHAR")]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "Id,Email\n", "Id,Email"])
def test_an_empty_csv_is_harmless(zone: Zone, content: str) -> None:
    assert zone.rows("salesforce/lead/x.csv", content) == []


@pytest.mark.parametrize("content", ["", "\n", "{}\n"])
def test_an_empty_jsonl_is_harmless(zone: Zone, content: str) -> None:
    assert zone.rows("salesforce/order/x.jsonl", content) == []


def test_text_is_inert(zone: Zone) -> None:
    nasty = [
        "Robert'); DROP TABLE lead;--",
        "<script>alert(1)</script>",
        '=HYPERLINK("x")',
        "<!channel>",
        "a;b",
        "é",
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Id", "LastName", "x'); drop table y; --"])
    writer.writerows([f"00Q{number}", text, text] for number, text in enumerate(nasty))
    rows = zone.rows("salesforce/lead/it's.csv", out.getvalue(), "last_name, x_drop_table_y, _file")
    assert rows == [(text, text, "salesforce/lead/it's.csv") for text in nasty]


BAD_CSV = {
    "too few fields": ("Id,Email\n00Q1,a@b.co\n00Q2\n", 2, None, "cut off"),
    "too many fields": ("Id,Email\n00Q1,a@b.co\n00Q2,c,d\n", 2, None, "2 fields"),
    "open quote": ('Id,Email\n00Q1,a@b.co\n00Q2,"c@d', 2, None, "cut off"),
    "open quote, right width": ('Id,Email\n00Q1,a"b\n00Q2,"c@d""\n00Q3,e\n', 2, None, "cut off"),
    "fewer fields after quoted breaks": ('Id,Email\n00Q1,"a\n\nb"\n00Q2,x\n00Q3', 3, None, "cut off"),
    "bad date": ("Id,CreatedDate\n00Q1,2020-01-01\n00Q2,soon\n00Q3,later\n", 2, "created_date", "timestamp"),
    "bad number": ("Id,AnnualRevenue\n00Q1,much\n", 1, "annual_revenue", "decimal"),
    "bad boolean": ("Id,IsConverted\n00Q1,true\n00Q2,perhaps\n", 2, "is_converted", "boolean"),
    "null key": ("Id,Email\n00Q1,a\n,b\n", 2, "id", "required key"),
    "missing key": ("Name,Email\nx,y\n", None, "id", "required column"),
    "key twice": ("Id,Id\n1,2\n", None, "id", "both mean"),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_bad_csv_names_row_and_column(zone: Zone, case: str) -> None:
    content, row, column, words = BAD_CSV[case]
    with pytest.raises(BadFile) as caught:
        zone.prepare("salesforce/lead/x.csv", content)
    assert (caught.value.row, caught.value.column) == (row, column)
    assert words in caught.value.reason
    for value in ("soon", "later", "perhaps", "much", "a@b.co"):
        assert value not in caught.value.reason


def parquet_bytes(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


BAD_BYTES = {
    "zero-byte parquet": ("x.parquet", b"", "parquet"),
    "half a parquet": ("x.parquet", parquet_bytes(Id=[str(n) for n in range(5000)])[:9000], "parquet"),
    "text as parquet": ("x.parquet", b"Id\n1\n", "parquet"),
    "half a gzip": ("x.csv.gz", gzip.compress(b"Id\n" + bytes(range(48, 90)) * 99)[:40], "gzip"),
    "zero-byte gzip": ("x.csv.gz", b"", "gzip"),
    "no gzip": ("x.csv.gz", b"Id\n1\n", "gzip"),
    "nul": ("x.csv", b"Id,Email\n00Q1,a\x00b\n", "NUL"),
    "latin-1": ("x.csv", "Id,Name\n1,é\n".encode("latin-1"), "UTF-8"),
    "half a character": ("x.csv", "Id,Name\n1,é".encode()[:-1], "UTF-8"),
    "json cut off": ("x.jsonl", b'{"Id": "1"}\n{"Id": "2", "Na', "cut off"),
    "json list": ("x.jsonl", b'[{"Id": "1"}]\n', "one JSON object"),
    "json scalar": ("x.jsonl", b'{"Id": "1"}\n7\n', "one JSON object"),
    "json null key": ("x.jsonl", b'{"Id": "1"}\n{"Id": null}\n', "required key"),
    "json no key": ("x.jsonl", b'{"Name": "1"}\n', "required column"),
    "parquet null key": ("x.parquet", parquet_bytes(Id=["1", None]), "required key"),
    "parquet type": ("x.parquet", parquet_bytes(Id=["1"], CreatedDate=["never"]), "timestamp"),
    "keys without keys": ("x.keys.csv", b"Id\n", "key set without keys"),
    "empty keys": ("x.keys.csv", b"", "key set without keys"),
}


@pytest.mark.parametrize("case", BAD_BYTES)
def test_damaged_files_are_bad(zone: Zone, case: str) -> None:
    name, content, words = BAD_BYTES[case]
    with pytest.raises(BadFile, match=words):
        zone.prepare(f"salesforce/lead/{name}", content)


def test_a_line_that_is_cut_off_is_named(zone: Zone) -> None:
    with pytest.raises(BadFile) as raised:
        zone.prepare("salesforce/lead/x.jsonl", b'{"Id": "1"}\n\n{"Id": "2", "Na')
    assert raised.value.row == 2


def test_the_parser_survives_bad_files(zone: Zone) -> None:
    with pytest.raises(BadFile):
        zone.prepare("salesforce/lead/x.parquet", b"")
    (zone.root / "landing/salesforce/lead/x.parquet").unlink()
    assert zone.rows("salesforce/lead/y.csv", "Id\n00Q1\n", "id") == [("00Q1",)]


def test_history_mode_rows_need_no_field_name(zone: Zone) -> None:
    header = "_fivetran_active,_fivetran_start,_fivetran_end,id,name\n"
    rows = zone.rows(
        "salesforce/account_history/x.csv", header + "true,2019-10-17,9999-12-31,001,Acme\n", "id, name"
    )
    assert rows == [("001", "Acme")]


def test_the_zone_ignores_what_is_not_its_own(tmp_path: Path) -> None:
    for path in (
        "_truth/lead/x.csv", ".git/lead/x.csv", "salesforce/lead/.part.csv", "salesforce/lead/_SUCCESS",
        "salesforce/_old/x.csv", "salesforce/lead/readme.txt", "salesforce/stray.csv", "salesforce/lead/2026/01/a.csv",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("Id\n1\n")
    found = list_landing(tmp_path)
    assert [file.path for file in found.files] == ["salesforce/lead/2026/01/a.csv"]
    assert [path for path, _ in found.ignored] == ["salesforce/lead/readme.txt", "salesforce/stray.csv"]


def test_key_sets_load_after_the_data_of_their_name(tmp_path: Path) -> None:
    for name in ("2026-01-02.parquet", "2026-01-02.keys.csv", "2026-01-01.keys.csv.gz", "2026-01-01.csv"):
        (tmp_path / "salesforce/lead").mkdir(parents=True, exist_ok=True)
        (tmp_path / "salesforce/lead" / name).write_text("")
    names = [file.path.rsplit("/", 1)[1] for file in list_landing(tmp_path).files]
    assert names == ["2026-01-01.csv", "2026-01-01.keys.csv.gz", "2026-01-02.parquet", "2026-01-02.keys.csv"]


def test_a_missing_zone_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="CONCORD_LANDING"):
        list_landing(tmp_path / "nowhere")


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(texts, texts), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives_csv_and_jsonl(
    tmp_path_factory: pytest.TempPathFactory, parser: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["Id", "Name", "Custom__c"])
    writer.writerows((f"00Q{number}", *row) for number, row in enumerate(rows))
    lines = "".join(
        json.dumps({"Id": f"00Q{number}", "Name": row[0], "Custom__c": row[1]}, ensure_ascii=False) + "\n"
        for number, row in enumerate(rows)
    )
    expected = [(f"00Q{number}", row[0] or None, row[1] or None) for number, row in enumerate(rows)]
    for name, content in (("x.csv", out.getvalue()), ("x.jsonl", lines)):
        zone = Zone(tmp_path_factory.mktemp("zone"), parser)
        assert (
            zone.rows(f"salesforce/lead/{name}", content, "id, name, custom_c" if rows else "*") == expected
        )


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_load_or_are_bad_but_never_crash(
    tmp_path_factory: pytest.TempPathFactory, parser: duckdb.DuckDBPyConnection, content: bytes
) -> None:
    for name in ("x.csv", "x.jsonl", "x.parquet", "x.csv.gz"):
        zone = Zone(tmp_path_factory.mktemp("zone"), parser)
        for prefix in (b"", b"Id,Email\n"):
            with contextlib.suppress(BadFile):
                zone.rows(f"salesforce/lead/{name}", prefix + content)
