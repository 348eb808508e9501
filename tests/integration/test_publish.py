"""Publishing: the swap that readers never notice, going back, and PostgreSQL. No model is built here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import release
from orchestration.publish.postgres import PostgresFailed, publish_to_postgres
from orchestration.runs import Paths

MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.concord.dim_leads": {
            "schema": "core",
            "name": "dim_leads",
            "resource_type": "model",
            "description": "One row per lead. It's the person, not the record.",
            "columns": {"lead_id": {"description": "The lead's key."}},
        },
        "model.concord.fct_engagements": {
            "schema": "core",
            "name": "fct_engagements",
            "resource_type": "model",
            "description": "One row per engagement.",
            "columns": {},
        },
    }
}


def build_database(paths: Paths, generation: int, rows: int = 2000) -> None:
    """Every row of both tables says which generation it is of."""
    paths.make()
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute("create schema if not exists core")
        connection.execute("create schema if not exists staging")
        for table in (
            "core.dim_leads",
            "core.fct_engagements",
            "staging.stg_secret",
            "core.left_over__dbt_tmp",
        ):
            connection.execute(
                f"create or replace table {table} as select cast(i as varchar) as lead_id, "
                f"{generation} as generation, timestamp '2026-01-01' as loaded_at, "
                "cast(1.5 as decimal(18, 2)) as amount_usd, true as is_bot, ['a', 'b'] as tags "
                f"from range({rows}) as r(i)"
            )


def publish(paths: Paths, run_id: str, keep: int = 3) -> dict[str, int]:
    return release.publish(paths, run_id, "2026-06-30T00:00:00", MANIFEST, memory_limit="500MB", keep=keep)


def generation_of(paths: Paths) -> int:
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        row = connection.execute("select max(generation) from core.dim_leads").fetchone()
    assert row is not None
    return int(row[0])


def test_only_public_tables_are_published_with_their_meaning(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    build_database(paths, 1)
    assert publish(paths, "r1") == {"core.dim_leads": 2000, "core.fct_engagements": 2000}
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        assert (
            connection.execute(
                "select schema_name from duckdb_schemas() where schema_name = 'staging'"
            ).fetchall()
            == []
        )
        comment = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_leads'"
        ).fetchone()
        assert comment == ("One row per lead. It's the person, not the record.",)
    publication = release.read_publication(paths.published)
    assert (publication.run_id, publication.table_count, publication.row_count) == ("r1", 2, 4000)


def test_releases_are_kept_pruned_and_rolled_back(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    for generation in range(1, 5):
        build_database(paths, generation, rows=10)
        publish(paths, f"r{generation}", keep=3)
    assert [path.stem for path in release.releases(paths)] == ["r2", "r3", "r4"]
    assert release.roll_back(paths)[1].stem == "r3"
    assert generation_of(paths) == 3
    release.roll_back(paths)
    with pytest.raises(release.NothingToRollBack, match="r2 is published and no older release is kept"):
        release.roll_back(paths)
    assert release.roll_back(paths, forward=True)[1].stem == "r3"
    assert release.roll_back(paths, "r4")[1].stem == "r4"
    with pytest.raises(release.NothingToRollBack, match="no release r9"):
        release.roll_back(paths, "r9")
    # After going back, the published release survives pruning however old it is.
    release.roll_back(paths, "r2")
    release.prune(paths, keep=1)
    assert [path.stem for path in release.releases(paths)] == ["r2", "r4"]


def test_a_copied_warehouse_still_knows_what_is_published(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "one")
    for generation in (1, 2):
        build_database(paths, generation, rows=10)
        publish(paths, f"r{generation}")
    copy = Paths(tmp_path / "two")
    shutil.copytree(paths.root, copy.root)
    current = release.current_release(copy)
    assert current is not None
    assert current.stem == "r2"
    assert release.roll_back(copy)[1].stem == "r1"
    assert generation_of(copy) == 1


def test_a_reader_with_the_old_file_open_keeps_reading_it(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    build_database(paths, 1)
    publish(paths, "r1")
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(c.execute('select max(generation) from core.dim_leads').fetchone()[0], flush=True); input(); "
        "print(c.execute('select max(generation) from core.fct_engagements').fetchone()[0], flush=True)"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(paths.published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "1\n"
    build_database(paths, 2)
    publish(paths, "r2", keep=1)
    answer, _ = reader.communicate("\n", timeout=60)
    assert answer == "1\n"
    assert generation_of(paths) == 2


READER = textwrap.dedent(
    """
    import sys, time
    import duckdb
    file, stop = sys.argv[1:]
    import os
    reads = 0
    seen = set()
    while not os.path.exists(stop):
        with duckdb.connect(file, read_only=True) as connection:
            query = "select min(generation), max(generation), count(*) from core."
            leads = connection.execute(query + "dim_leads").fetchone()
            acts = connection.execute(query + "fct_engagements").fetchone()
        assert leads == acts and leads[0] == leads[1] and leads[2] == 2000, (leads, acts)
        seen.add(leads[0])
        reads += 1
    print(reads, len(seen))
    """
)


def test_a_reader_in_a_loop_never_sees_an_error_or_a_mixed_state(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    build_database(paths, 0)
    publish(paths, "r000")
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(paths.published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for generation in range(1, 21):
        build_database(paths, generation)
        publish(paths, f"r{generation:03}", keep=2)
        if generation % 5 == 0:
            release.roll_back(paths)
            release.roll_back(paths, forward=True)
    time.sleep(0.3)
    stop.touch()
    answer, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, seen = map(int, answer.split())
    assert reads > 20
    assert seen > 3


# -- PostgreSQL --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own, on a socket in a temporary folder."""
    if shutil.which("initdb") is None and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed (no initdb): publishing to it is not tested")
    initdb = shutil.which("initdb") or str(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1])
    binaries = Path(initdb).resolve().parent
    as_user: list[str] = []
    # A short path: a socket's name may have at most 107 characters.
    folder = Path(f"/tmp/concord-pg-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if os.geteuid() == 0:
        if subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode != 0:
            pytest.skip("PostgreSQL refuses to run as root and there is no user postgres")
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, timeout=120)

    run(str(binaries / "initdb"), "-D", str(data), "-U", "concord", "--auth=trust", "-N")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host={folder} user=concord dbname=postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    from orchestration.publish.postgres import extension_file

    with duckdb.connect() as connection:
        connection.execute(f"load '{extension_file()}'")
        connection.execute(f"attach '{url}' as target (type postgres, read_only)")
        return connection.execute("select * from postgres_query('target', ?)", [query]).fetchall()


def execute(url: str, statement: str) -> None:
    from orchestration.publish.postgres import extension_file

    with duckdb.connect() as connection:
        connection.execute(f"load '{extension_file()}'")
        connection.execute(f"attach '{url}' as target (type postgres)")
        connection.execute("call postgres_execute('target', ?)", [statement])


def test_postgres_gets_the_same_tables_and_keeps_views_on_them(tmp_path: Path, postgres: str) -> None:
    paths = Paths(tmp_path)
    build_database(paths, 1)
    publish(paths, "r1")
    rows = publish_to_postgres(paths.published, postgres)
    assert rows["core.dim_leads"] == 2000
    assert ask(postgres, "select count(*), min(generation), max(generation) from core.dim_leads") == [
        (2000, 1, 1)
    ]
    assert ask(postgres, "select obj_description('core.dim_leads'::regclass)") == [
        ("One row per lead. It's the person, not the record.",)
    ]
    execute(postgres, "create view public.mine as select generation from core.dim_leads")
    build_database(paths, 2, rows=5)
    publish(paths, "r2")
    publish_to_postgres(paths.published, postgres)
    assert ask(postgres, "select count(*), max(generation) from public.mine") == [(5, 2)]
    assert ask(postgres, "select run_id from publication.release") == [("r2",)]


def test_a_failure_leaves_postgres_as_it_was(tmp_path: Path, postgres: str) -> None:
    paths = Paths(tmp_path)
    build_database(paths, 3, rows=7)
    publish(paths, "r3")
    publish_to_postgres(paths.published, postgres)
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute("alter table core.fct_engagements add column note varchar")
        # PostgreSQL cannot hold a zero byte, so the second table fails after the first was exchanged.
        connection.execute("update core.fct_engagements set note = chr(0)")
        connection.execute("update core.dim_leads set generation = 4")
    publish(paths, "r4")
    with pytest.raises(PostgresFailed, match="keeps what was published before"):
        publish_to_postgres(paths.published, postgres)
    assert ask(postgres, "select max(generation) from core.dim_leads") == [(3,)]
