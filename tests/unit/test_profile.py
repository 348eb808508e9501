"""The connection that dbt makes of profiles.yml."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import yaml

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def opened(warehouse: Path) -> Iterator[Any]:
    """The environment in which dbt builds a warehouse in 30 MB."""
    from dbt.adapters.duckdb import environments
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    (warehouse / "build").mkdir()
    given = {"CONCORD_WAREHOUSE": str(warehouse), "CONCORD_MEMORY_LIMIT": "30MB"}
    written = jinja2.Template((PROJECT / "profiles.yml").read_text()).render(
        env_var=lambda name, default="": given.get(name, default)
    )
    output = yaml.safe_load(written)["concord"]["outputs"]["duckdb"]
    options = {name: value for name, value in output.items() if name not in ("type", "threads")}
    environment = environments.create(
        DuckDBCredentials.from_dict(options | {"schema": "main", "database": "concord"})
    )
    try:
        yield environment
    finally:
        environment.close()


def test_a_build_that_spilled_to_disk_goes_on(tmp_path: Path) -> None:
    """DuckDB keeps the temporary directory once it was used; dbt opens a cursor for every node that it builds."""
    with opened(tmp_path) as environment:
        first = environment.handle().cursor()
        first.execute("create table numbers as select md5(i::varchar) as hashed from range(500000) as r(i)")
        first.execute("select count(*) from (select hashed from numbers order by hashed desc offset 10)")
        assert first.fetchall() == [(499990,)]
        assert (tmp_path / "build" / "spill").is_dir(), "nothing was spilled: the test shows nothing"
        second = environment.handle().cursor()
        second.execute("select count(*) from numbers")
        assert second.fetchall() == [(500000,)]


def test_what_the_profile_says_holds_for_every_node(tmp_path: Path) -> None:
    """DuckDB overlooks some options when they are given for the database, without a word."""
    with opened(tmp_path) as environment:
        environment.handle()
        later = environment.handle().cursor()
        later.execute("select name, value from duckdb_settings()")
        settings = dict(later.fetchall())
    assert settings["memory_limit"] == "28.6 MiB"
    assert settings["preserve_insertion_order"] == "false"
    assert settings["max_vacuum_tasks"] == "0"
    assert settings["TimeZone"] == "UTC"
    assert set(settings["disabled_compression_methods"].lower().split(",")) == {"fsst", "dict_fsst", "zstd"}
