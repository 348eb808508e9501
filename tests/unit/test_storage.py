"""The build database as a file: dead rows stay until they are a quarter, and then it is written anew."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.storage import compact_if_due, dead_share, open_build


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two tables of some row groups each; one has a comment, and rows that were replaced."""
    path = tmp_path / "concord.duckdb"
    with open_build(path) as connection:
        connection.execute(
            "create table kept as select i as id, md5(i::varchar) as word from range(300000) as r(i)"
        )
        connection.execute("create table other as select i as id from range(100000) as r(i)")
        connection.execute("comment on table kept is 'One row per word.'")
    return path


def replace(database: Path, share: int) -> None:
    """Replace one row in so many, as a night does."""
    with open_build(database) as connection:
        connection.execute(f"create temp table anew as select * from kept where id % {share} = 0")
        connection.execute("begin")
        connection.execute(f"delete from kept where id % {share} = 0")
        connection.execute("insert into kept select * from anew")
        connection.execute("commit")


def content(database: Path) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute("select * from kept order by id").fetchall()


def test_a_night_leaves_dead_rows_where_they_are(database: Path) -> None:
    assert dead_share(database) == 0
    replace(database, 10)
    # Some nights later, over a connection that is closed each time.
    for _ in range(2):
        open_build(database).close()
    assert dead_share(database) == pytest.approx(30 / 430)
    assert not compact_if_due(database)


def test_a_quarter_of_dead_rows_writes_the_file_anew(database: Path) -> None:
    before = content(database)
    replace(database, 2)
    replace(database, 3)
    assert dead_share(database) > 0.25
    assert compact_if_due(database)
    assert dead_share(database) == 0
    assert content(database) == before
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute(
            "select comment from duckdb_tables() where table_name = 'kept'"
        ).fetchone() == ("One row per word.",)
    assert not compact_if_due(database)


def test_an_empty_warehouse_has_no_dead_rows(tmp_path: Path) -> None:
    open_build(tmp_path / "empty.duckdb").close()
    assert dead_share(tmp_path / "empty.duckdb") == 0
