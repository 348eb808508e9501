"""The connection that dbt makes of profiles.yml."""

from __future__ import annotations

from pathlib import Path

import jinja2
import yaml

PROJECT = Path(__file__).resolve().parents[2]


def test_a_build_that_spilled_to_disk_goes_on(tmp_path: Path) -> None:
    """DuckDB keeps the temporary directory once it was used; dbt opens a cursor for every node that it builds."""
    from dbt.adapters.duckdb import environments
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    (tmp_path / "build").mkdir()
    given = {"CONCORD_WAREHOUSE": str(tmp_path), "CONCORD_MEMORY_LIMIT": "30MB"}
    written = jinja2.Template((PROJECT / "profiles.yml").read_text()).render(
        env_var=lambda name, default="": given.get(name, default)
    )
    output = yaml.safe_load(written)["concord"]["outputs"]["duckdb"]
    options = {name: value for name, value in output.items() if name not in ("type", "threads")}
    environment = environments.create(
        DuckDBCredentials.from_dict(options | {"schema": "main", "database": "concord"})
    )
    try:
        first = environment.handle().cursor()
        first.execute("create table numbers as select md5(i::varchar) as hashed from range(500000) as r(i)")
        first.execute("select count(*) from (select hashed from numbers order by hashed desc offset 10)")
        assert first.fetchall() == [(499990,)]
        assert (tmp_path / "build" / "spill").is_dir(), "nothing was spilled: the test shows nothing"
        second = environment.handle().cursor()
        second.execute("select count(*) from numbers")
        assert second.fetchall() == [(500000,)]
    finally:
        environment.close()
