"""Values as real extracts write them, read as the declared type; what cannot be read is null and counts as given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingest import parsing
from orchestration.ingest.prepare import parsing_connection


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    made = parsing_connection("500MB", Path(tmp_path_factory.mktemp("spill")), threads=1)
    yield made
    made.close()


def read(connection: duckdb.DuckDBPyConnection, value: Any, data_type: str, native: str = "VARCHAR") -> Any:
    column = "some_id" if data_type == "string" else "x"
    expression = parsing.typed("value", native, column, data_type)
    found = connection.execute(f"select {expression} from (select cast(? as {native}) as value)", [value])
    row = found.fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2018.02.26 19:58", datetime(2018, 2, 26, 19, 58)),
        ("2018.2.6", datetime(2018, 2, 6)),
        ("2019-10-17 21:10:19", datetime(2019, 10, 17, 21, 10, 19)),
        ("2020-12-30 3:15:52", datetime(2020, 12, 30, 3, 15, 52)),
        ("2019-03-29 15:23:31.957 UTC", datetime(2019, 3, 29, 15, 23, 31, 957000)),
        ("2019-10-17T21:10:19.000+0000", datetime(2019, 10, 17, 21, 10, 19)),
        ("2019-10-17T21:10:19Z", datetime(2019, 10, 17, 21, 10, 19)),
        ("2019-10-17 21:10:19+02:00", datetime(2019, 10, 17, 19, 10, 19)),
        ("2019-10-17 21:10:19 +02:00", datetime(2019, 10, 17, 19, 10, 19)),
        ("2019-10-17T21:10Z", datetime(2019, 10, 17, 21, 10)),
        ("2019-10-17T21:10+02:00", datetime(2019, 10, 17, 19, 10)),
        ("2019-10-17T21:10:19.123456789-05:30", datetime(2019, 10, 18, 2, 40, 19, 123456)),
        ("2019-10-17", datetime(2019, 10, 17)),
        ("9999-12-31 23:59:59", datetime(9999, 12, 31, 23, 59, 59)),
        ("2/26/2018", datetime(2018, 2, 26)),
        ("02/26/2018 3:15 PM", datetime(2018, 2, 26, 15, 15)),
        ("02/26/2018 12:05:09 AM", datetime(2018, 2, 26, 0, 5, 9)),
        ("2/3/2018 19:58", datetime(2018, 2, 3, 19, 58)),
        ("10/11/12", datetime(2012, 10, 11)),
        ("1571346619000", datetime(2019, 10, 17, 21, 10, 19)),
        ("1571346619000.0", datetime(2019, 10, 17, 21, 10, 19)),
        ("1571346619", datetime(2019, 10, 17, 21, 10, 19)),
        ("1571346619000123", datetime(2019, 10, 17, 21, 10, 19, 123)),
        ("  2019-10-17  ", datetime(2019, 10, 17)),
        ("", None),
        ("26/02/2018", None),
        ("2019-02-30", None),
        ("yesterday", None),
        ("infinity", None),
        ("12", None),
    ],
)
def test_timestamps(connection: duckdb.DuckDBPyConnection, text: str, instant: datetime | None) -> None:
    assert read(connection, text, "timestamp") == instant


@given(
    instant=st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)),
    offset=st.sampled_from([None, 0, 330, -300, 840]),
    separator=st.sampled_from(["T", " "]),
)
@settings(max_examples=200, deadline=None)
def test_iso_timestamps_agree_with_python(
    connection: duckdb.DuckDBPyConnection, instant: datetime, offset: int | None, separator: str
) -> None:
    if offset is None:
        assert read(connection, instant.isoformat(separator), "timestamp") == instant
    else:
        zoned = instant.replace(tzinfo=timezone(timedelta(minutes=offset)))
        expected = zoned.astimezone(UTC).replace(tzinfo=None)
        assert read(connection, zoned.isoformat(separator), "timestamp") == expected


@given(instant=st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)))
@settings(max_examples=100, deadline=None)
def test_us_timestamps_agree_with_python(connection: duckdb.DuckDBPyConnection, instant: datetime) -> None:
    minute = instant.replace(second=0, microsecond=0)
    for pattern in ("%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p"):
        assert read(connection, minute.strftime(pattern), "timestamp") == minute


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-10-17", date(2019, 10, 17)),
        ("2018-12-19 00:00:00", date(2018, 12, 19)),
        ("2019-10-17T00:00:00.000+0200", date(2019, 10, 17)),
        ("2/26/2018", date(2018, 2, 26)),
        ("2018.02.26", date(2018, 2, 26)),
        ("1571346619000", date(2019, 10, 17)),
        ("2019-13-01", None),
        ("soon", None),
    ],
)
def test_dates_are_the_day_as_written(
    connection: duckdb.DuckDBPyConnection, text: str, day: date | None
) -> None:
    assert read(connection, text, "date") == day


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("TRUE", True), ("false", False), ("1", True), ("0", False), ("t", True), ("F", False), ("Yes", True),
        ("no", False), ("1.0", True), ("", None), ("2", None), ("maybe", None),
    ],
)  # fmt: skip
def test_booleans(connection: duckdb.DuckDBPyConnection, text: str, truth: bool | None) -> None:
    assert read(connection, text, "boolean") is truth


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", 1234.5), ("1,234,567.5", 1234567.5), ("1,234", 1234.0), ("1.234,5", 1234.5), ("12,5", 12.5),
        ("1e6", 1e6), ("-3.5E-2", -0.035), ("$1,200", 1200.0), ("€ 5", None), (".5", 0.5), ("5.", 5.0),
        ("", None), ("NaN", None), ("inf", None), ("1,23,4", None), ("12 apples", None), ("0x10", None),
    ],
)  # fmt: skip
def test_numbers(connection: duckdb.DuckDBPyConnection, text: str, number: float | None) -> None:
    assert read(connection, text, "double") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("3.0", 3), ("1e3", 1000), ("1,200", 1200), ("2.7", None), ("9223372036854775807", 2**63 - 1),
     ("9223372036854775808", None), ("-4", -4)],
)  # fmt: skip
def test_whole_numbers(connection: duckdb.DuckDBPyConnection, text: str, number: int | None) -> None:
    assert read(connection, text, "bigint") == number


@pytest.mark.parametrize(
    ("text", "amount"),
    [("24120000", Decimal("24120000.00")), ("1,234.56", Decimal("1234.56")), ("2.5e3", Decimal("2500.00")),
     ("99999999999999999999", None), ("ten", None)],
)  # fmt: skip
def test_amounts(connection: duckdb.DuckDBPyConnection, text: str, amount: Decimal | None) -> None:
    assert read(connection, text, "decimal(18,2)") == amount


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
@settings(max_examples=100, deadline=None)
def test_amounts_are_exact(connection: duckdb.DuckDBPyConnection, amount: Decimal) -> None:
    assert read(connection, str(amount), "decimal(18,2)") == amount
    assert read(connection, f"{amount:,}", "decimal(18,2)") == amount


@pytest.mark.parametrize(
    ("value", "native", "text"),
    [
        ("76340251.0", "VARCHAR", "76340251"),
        ("76340251.5", "VARCHAR", "76340251.5"),
        ("007", "VARCHAR", "007"),
        ("", "VARCHAR", None),
        (76340251, "BIGINT", "76340251"),
        (76340251.0, "DOUBLE", "76340251"),
        (float("nan"), "DOUBLE", None),
        (0.5, "DOUBLE", "0.5"),
        (True, "BOOLEAN", "true"),
        (datetime(2020, 1, 2, 3), "TIMESTAMP", "2020-01-02 03:00:00"),
        ([1, 2], "INTEGER[]", "[1,2]"),
        ({"a": 1}, "STRUCT(a INTEGER)", '{"a":1}'),
        (b"abc", "BLOB", "abc"),
        ("Robert'); DROP TABLE leads;--", "VARCHAR", "Robert'); DROP TABLE leads;--"),
    ],
)
def test_ids_and_texts(
    connection: duckdb.DuckDBPyConnection, value: Any, native: str, text: str | None
) -> None:
    assert read(connection, value, "string", native) == text


@pytest.mark.parametrize(
    ("value", "native", "data_type", "expected"),
    [
        (1571346619000, "BIGINT", "timestamp", datetime(2019, 10, 17, 21, 10, 19)),
        (1571346619000.0, "DOUBLE", "timestamp", datetime(2019, 10, 17, 21, 10, 19)),
        (date(2020, 1, 2), "DATE", "timestamp", datetime(2020, 1, 2)),
        (
            datetime(2020, 1, 2, 3, tzinfo=UTC),
            "TIMESTAMP WITH TIME ZONE",
            "timestamp",
            datetime(2020, 1, 2, 3),
        ),
        (datetime(2020, 1, 2, 3), "TIMESTAMP_NS", "timestamp", datetime(2020, 1, 2, 3)),
        (datetime(2020, 1, 2, 3), "TIMESTAMP", "date", date(2020, 1, 2)),
        (1, "INTEGER", "boolean", True),
        (0.0, "DOUBLE", "boolean", False),
        (2, "INTEGER", "boolean", None),
        (3.0, "DOUBLE", "bigint", 3),
        (3.5, "DOUBLE", "bigint", None),
        (12, "INTEGER", "decimal(18,2)", Decimal("12.00")),
        (float("nan"), "DOUBLE", "double", None),
        (True, "BOOLEAN", "date", None),
    ],
)
def test_foreign_types(
    connection: duckdb.DuckDBPyConnection, value: Any, native: str, data_type: str, expected: Any
) -> None:
    assert read(connection, value, data_type, native) == expected


def test_the_shape_of_a_value_tells_nothing_of_it(connection: duckdb.DuckDBPyConnection) -> None:
    row = connection.execute("select shape('Ada.Lovelace+7@example.com')").fetchone()
    assert row == ("aaa.aaaaaaaa+9@aaaaaaa.aaa",)
