"""A small warehouse for tests: an empty build of the whole project, filled with fixture rows, on which models run.

The template is built once per session (and project state); every `Warehouse` is a copy of that file. Views among
the upstream models are replaced by tables when rows are put into them, so a fixture can stand in for any model.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def _environment(values: Mapping[str, str]):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class Warehouse:
    """One build database. `put` rows into upstream tables, `run` models, `rows` to look at the result."""

    def __init__(
        self,
        folder: Path,
        as_of: str = "2026-07-01T00:00:00",
        seeds: Path | None = None,
        session: Path | None = None,
    ) -> None:
        self.folder = folder
        # dbt parses the whole project anew when a variable of its profile changes. All warehouses of a session
        # therefore stand behind one path, a link, and share one target folder: a run costs a second, not ten.
        self.session = session or folder
        self.as_of = as_of
        self.seeds = seeds
        self.database = folder / "build" / "concord.duckdb"
        self.database.parent.mkdir(parents=True, exist_ok=True)

    @classmethod
    def from_template(cls, template: Warehouse, folder: Path, **options: Any) -> Warehouse:
        warehouse = cls(folder, **({"as_of": template.as_of, "session": template.session} | options))
        shutil.copyfile(template.database, warehouse.database)
        return warehouse

    def dbt(self, *arguments: str) -> Any:
        """Run one dbt command in process; raises AssertionError with dbt's own words if it fails."""
        from dbt.cli.main import dbtRunner

        active = self.session / "active"
        active.unlink(missing_ok=True)
        active.symlink_to(self.folder, target_is_directory=True)
        environment = {
            "CONCORD_WAREHOUSE": str(active),
            "CONCORD_AS_OF": self.as_of,
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self.session / "target"),
            "DBT_LOG_PATH": str(self.session / "logs"),
        }
        if self.seeds is not None:
            environment["CONCORD_SEED_PATH"] = os.path.relpath(self.seeds, PROJECT)
        # Writing the manifest takes as long as all else that dbt does about a small run; only a whole build's is read.
        written = [] if arguments[0] == "build" else ["--no-write-json"]
        with _environment(environment):
            result = dbtRunner().invoke(
                ["--log-level", "none", "--log-level-file", "none", *written, *arguments]
            )
        self._release()
        if not result.success:
            failures = [
                f"{r.node.unique_id}: {r.message}"
                for r in getattr(result.result, "results", None) or []
                if str(r.status) in {"error", "fail", "RunStatus.Error", "TestStatus.Fail"}
            ]
            raise AssertionError("dbt failed: " + ("; ".join(failures) or repr(result.exception)))
        return result.result

    def _release(self) -> None:
        """Make dbt let go of the file, and fold the write-ahead log into it, so that it can be copied."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("checkpoint")

    def run(self, *select: str, full_refresh: bool = True, command: str = "run") -> Any:
        """Build models from the rows that were put in; `full_refresh=False` goes on from what they hold."""
        arguments = [command, "--select", *select]
        if full_refresh:
            arguments.append("--full-refresh")
        return self.dbt(*arguments)

    def put(self, table: str, rows: Iterable[Mapping[str, Any]], replace: bool = True) -> None:
        """Put rows into `schema.table`; columns that a row lacks are null. A view becomes a table first."""
        rows = list(rows)
        schema, name = table.split(".")
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("set timezone = 'UTC'")
            kind = connection.execute(
                "select table_type from information_schema.tables where table_schema = ? and table_name = ?",
                [schema, name],
            ).fetchone()
            if kind is None:
                raise LookupError(f"{table} is not in the template: is the model on main?")
            if kind[0] == "VIEW":
                connection.execute(f"create table {schema}.__copy as select * from {table} limit 0")
                connection.execute(f"drop view {table}")
                connection.execute(f"alter table {schema}.__copy rename to {name}")
            if replace:
                connection.execute(f"delete from {table}")
            if not rows:
                return
            columns = sorted({column for row in rows for column in row})
            marks = ", ".join("?" for _ in columns)
            connection.begin()
            connection.executemany(
                f"insert into {table} ({', '.join(columns)}) values ({marks})",
                [[row.get(column) for column in columns] for row in rows],
            )
            connection.commit()

    def execute(self, sql: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(sql)

    def contents(self, tables: Iterable[str]) -> dict[str, list[str]]:
        """Every row of each table, as text and sorted, to compare with another warehouse's."""
        return {table: sorted(str(row) for row in self.rows(f"from {table}")) for table in tables}

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def build_template(folder: Path, as_of: str = "2026-07-01T00:00:00") -> Warehouse:
    """An empty build of every model and seed: the types of every table, no rows but the definitions."""
    warehouse = Warehouse(folder, as_of=as_of)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("create schema if not exists reference")
    try:
        from orchestration.reference import write_reference

        write_reference(warehouse.database, as_of=as_of, definitions=PROJECT / "seeds" / "definitions")
    except ImportError:
        pass
    warehouse.dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    # Later runs write over what was compiled for the template: this copy belongs to its database.
    shutil.copytree(folder / "target" / "compiled", folder / "compiled")
    return warehouse
