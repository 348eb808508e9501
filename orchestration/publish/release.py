"""Releases: a new file per night, swapped in at once, kept for going back.

A release is written under a name of its own, made durable, and only then linked over the published name in one
system call. Whoever has the old file open keeps reading the old file; whoever opens next gets the new one; nobody
can see anything between.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.progress import Reporter, Silent
from orchestration.runs import Paths, now
from orchestration.settings import PROJECT_ROOT

PUBLIC_SCHEMAS = (
    "core",
    "definitions",
    "sla",
    "attribution",
    "feedback",
    "alignment",
    "activation",
    "quality",
)

# Under the name that dbt knows it by, which its views read from.
BUILD = "concord"


class NothingToRollBack(RuntimeError):
    """There is no release to go to; the message says which there are."""


class PublicationIncomplete(RuntimeError):
    """A table did not arrive in the release as it was built; nothing was published."""


@dataclass(frozen=True)
class Publication:
    """What a release holds."""

    run_id: str
    as_of: datetime
    published_at: datetime
    git_sha: str
    table_count: int
    row_count: int


def publish(
    paths: Paths,
    run_id: str,
    as_of: str,
    manifest: Mapping[str, Any],
    *,
    memory_limit: str,
    keep: int,
    reporter: Reporter | None = None,
) -> dict[str, int]:
    """Copy the public schemas of the build database into a release and swap it in.

    Returns the rows of each table, by `schema.table`. Calling it again for the same run publishes the same rows.
    """
    release = paths.releases / f"{run_id}.duckdb"
    rows = write_release(paths, release, run_id, as_of, manifest, memory_limit, reporter or Silent())
    swap_in(paths, release)
    prune(paths, keep)
    return rows


def write_release(
    paths: Paths,
    release: Path,
    run_id: str,
    as_of: str,
    manifest: Mapping[str, Any],
    memory_limit: str,
    reporter: Reporter,
) -> dict[str, int]:
    """Write one release file, complete and durable, under its final name; returns rows by `schema.table`."""
    scratch = release.with_suffix(".writing")
    for leftover in paths.releases.glob("*.writing*"):
        leftover.unlink()
    configuration: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(paths.build.parent / "spill"),
    }
    rows: dict[str, int] = {}
    with duckdb.connect(str(scratch), config=configuration) as connection:
        connection.execute(f"attach '{_quoted(paths.build)}' as {BUILD} (read_only)")
        tables = public_tables(connection, manifest)
        connection.execute("begin")
        for schema in sorted({schema for schema, _ in tables} | set(PUBLIC_SCHEMAS)):
            connection.execute(f'create schema if not exists "{schema}"')
        for done, (schema, table) in enumerate(tables):
            connection.execute(f'create table "{schema}"."{table}" as from {BUILD}."{schema}"."{table}"')
            copied = _count(connection, f'"{schema}"."{table}"')
            built = _count(connection, f'{BUILD}."{schema}"."{table}"')
            if copied != built:
                raise PublicationIncomplete(
                    f"{schema}.{table}: {built} rows were built, {copied} arrived; publish again."
                )
            rows[f"{schema}.{table}"] = copied
            reporter.advance(done + 1, len(tables), f"{schema}.{table}")
        _write_comments(connection, manifest, tables)
        _write_publication(connection, run_id, as_of, rows)
        connection.execute("commit")
        connection.execute(f"detach {BUILD}")
        connection.execute("checkpoint")
    _make_durable(scratch)
    # Readers share the file: nobody may open it for writing by mistake and leave a journal beside it.
    scratch.chmod(0o444)
    os.replace(scratch, release)
    _make_durable(release.parent)
    return rows


def public_tables(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Tables and views of the public schemas in the attached build database.

    A table that dbt made once and no longer knows is left behind; the quality schema also holds results that the
    checks write themselves.
    """
    known = {
        (node["schema"], node.get("alias") or node["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    found = connection.execute(
        f"select schema_name, table_name from duckdb_tables() where database_name = '{BUILD}' and not temporary "
        "union all "
        f"select schema_name, view_name from duckdb_views() where database_name = '{BUILD}' and not internal "
        "order by 1, 2"
    ).fetchall()
    return [
        (schema, table)
        for schema, table in found
        if schema in PUBLIC_SCHEMAS
        and "__dbt_" not in table
        and (schema == "quality" or (schema, table) in known)
    ]


def swap_in(paths: Paths, release: Path) -> None:
    """Make a release the published file, in one step."""
    link = paths.published.with_name(f".{release.stem}.next")
    link.unlink(missing_ok=True)
    os.link(release, link)
    os.replace(link, paths.published)
    # rename(2) leaves the new name in place when both already are the same file.
    link.unlink(missing_ok=True)
    paths.published.with_name(paths.published.name + ".wal").unlink(missing_ok=True)
    _make_durable(paths.published.parent)


def releases(paths: Paths) -> list[Path]:
    """Complete releases, oldest first."""
    return sorted(paths.releases.glob("*.duckdb"))


def current_release(paths: Paths) -> Path | None:
    """The release that readers see."""
    if not paths.published.exists():
        return None
    linked = next((release for release in releases(paths) if release.samefile(paths.published)), None)
    if linked is not None:
        return linked
    # A warehouse that was copied or restored has two files where there was one with two names.
    named = paths.releases / f"{read_publication(paths.published).run_id}.duckdb"
    return named if named.exists() else None


def roll_back(paths: Paths, run_id: str | None = None, *, forward: bool = False) -> tuple[Path | None, Path]:
    """Publish an older release again (or, `forward`, the next newer one, or the one named).

    Returns the release that was published and the one that is now. Raises `NothingToRollBack`.
    """
    known = releases(paths)
    current = current_release(paths)
    names = ", ".join(release.stem for release in known) or "none"
    if run_id is not None:
        wanted = next((release for release in known if release.stem == run_id), None)
        if wanted is None:
            raise NothingToRollBack(f"There is no release {run_id}. Releases kept: {names}.")
    elif current is None:
        raise NothingToRollBack(
            f"Nothing is published now. Name a release with --to; releases kept: {names}."
        )
    else:
        position = known.index(current) + (1 if forward else -1)
        if not 0 <= position < len(known):
            direction = "newer" if forward else "older"
            raise NothingToRollBack(
                f"{current.stem} is published and no {direction} release is kept ({names})."
            )
        wanted = known[position]
    swap_in(paths, wanted)
    return current, wanted


def prune(paths: Paths, keep: int) -> None:
    """Remove the oldest releases beyond `keep`; never the published one."""
    current = current_release(paths)
    for release in releases(paths)[:-keep]:
        if release != current:
            release.unlink()


def read_publication(file: Path) -> Publication:
    """What a release file says about itself."""
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(
            "select run_id, as_of, published_at, git_sha, table_count, row_count from publication.release"
        ).fetchone()
    assert row is not None
    return Publication(*row)


def git_sha() -> str:
    """The commit of the project that is running, with `+` when files differ from it; empty outside git."""
    try:
        sha = subprocess.run(
            [
                "git",
                "-C",
                str(PROJECT_ROOT),
                "describe",
                "--always",
                "--dirty=+",
                "--abbrev=12",
                "--exclude=*",
            ],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return sha.stdout.strip()


def _write_comments(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], tables: list[tuple[str, str]]
) -> None:
    """Descriptions of tables and columns, so that a BI tool shows what each means."""
    nodes = {
        (node["schema"], node.get("alias") or node["name"]): node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    columns: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database()"
    ).fetchall():
        columns.setdefault((schema, table), set()).add(column)
    for schema, table in tables:
        node = nodes.get((schema, table))
        if node is None:
            continue
        if node["description"]:
            text = _quoted(node["description"].strip())
            connection.execute(f'comment on table "{schema}"."{table}" is \'{text}\'')
        for name, column in node["columns"].items():
            if column.get("description") and name in columns[(schema, table)]:
                text = _quoted(column["description"].strip())
                connection.execute(f'comment on column "{schema}"."{table}"."{name}" is \'{text}\'')


def _write_publication(
    connection: duckdb.DuckDBPyConnection, run_id: str, as_of: str, rows: Mapping[str, int]
) -> None:
    connection.execute("create schema publication")
    connection.execute(
        "create table publication.release as select ?::varchar as run_id, ?::timestamp as as_of, "
        "?::timestamp as published_at, ?::varchar as git_sha, ?::integer as table_count, ?::bigint as row_count",
        [run_id, as_of, now(), git_sha(), len(rows), sum(rows.values())],
    )
    connection.execute("comment on table publication.release is 'One row: the run that made this file.'")
    connection.execute(
        "create table publication.tables (schema_name varchar, table_name varchar, row_count bigint)"
    )
    connection.execute("comment on table publication.tables is 'One row per published table.'")
    connection.executemany(
        "insert into publication.tables values (?, ?, ?)",
        [[*name.split(".", 1), count] for name, count in rows.items()],
    )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    assert row is not None
    return int(row[0])


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
