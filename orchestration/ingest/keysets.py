"""Full key sets: a key that the source's complete list lacks was deleted there, without a trace in any
extract.

`<name>.keys.<format>` holds the primary key of every row the source has now. For each key that raw has,
that the key set lacks and that no file loaded after it brought, a copy of its newest version is appended
with `_fivetran_deleted = true`: the copy keeps every value (merge and conversion pointers included) and the
source's own stamp, so it wins over that version by load order only, and a later version from the source
wins over it. A key that comes back in the latest key set gets its last true version appended again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.ingest.schemas import TableSchema, literal, quote


def version_order(table: TableSchema, columns: set[str], alias: str = "") -> str:
    """The `order by` that puts the newest version of a row first: the rule of
    `macros/staging/newest_rows.sql`.
    """
    prefix = f"{alias}." if alias else ""
    stamps = [name for name in table.modified_at if name in columns]
    if "_fivetran_synced" in columns and "_fivetran_synced" not in stamps:
        stamps.append("_fivetran_synced")
    parts = (
        [f"coalesce({', '.join(prefix + quote(name) for name in stamps)}) desc nulls last"] if stamps else []
    )
    parts += [f"{prefix}{name} desc nulls last" for name in ("_loaded_at", "_file_order", "_row")]
    return ", ".join(parts)


def apply(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    table: TableSchema,
    *,
    keys: Path,
    key_columns: list[str],
    file: str,
    file_order: int,
    after_order: int,
    loaded_at: datetime,
) -> tuple[int, int]:
    """Appends the deletions and restorations that a key set means, inside the caller's transaction.

    Args:
        keys: the typed key set, a parquet file with `key_columns`.
        file: its path in the landing zone; `file_order`: its place in the order of loading.
        after_order: rows up to this file order are left out (a full refresh's old rows).

    Returns:
        How many keys were deleted, and how many restored.
    """
    columns = {
        row[0]: row[1]
        for row in connection.execute(
            "select column_name, data_type from information_schema.columns "
            "where table_catalog = current_database() and table_schema = ? and table_name = ?",
            [dataset, table.name],
        ).fetchall()
    }
    if not columns:
        return 0, 0
    relation = f"{dataset}.{quote(table.name)}"
    if "_fivetran_deleted" not in columns:
        connection.execute(f"alter table {relation} add column _fivetran_deleted boolean")
        columns["_fivetran_deleted"] = "BOOLEAN"
    deletions = [
        name for name in ("is_deleted", "_fivetran_deleted", "archived") if columns.get(name) == "BOOLEAN"
    ]
    is_deleted = " or ".join(f"coalesce({quote(name)}, false)" for name in deletions)
    narrowed = [(full, name) for full, name in zip(table.compared_key(), table.primary_key, strict=True)]
    key_sql = ", ".join(f"{full} as k{index}" for index, (full, _) in enumerate(narrowed))
    partition = ", ".join(f"k{index}" for index in range(len(narrowed)))
    same_key = " and ".join(
        f"given.k{index} is not distinct from versions.k{index}"
        for index, (_, name) in enumerate(narrowed)
        if name in key_columns
    )
    given = ", ".join(
        f"{full} as k{index}" for index, (full, name) in enumerate(narrowed) if name in key_columns
    )
    order = version_order(table, set(columns))
    compared = ", ".join(full for full, _ in narrowed)

    connection.execute(
        f"""
        create or replace temp table key_set_versions as
        with key_files as (
            select file_order from raw_meta.loaded_files
            where source = {literal(table.source)} and "table" = {literal(table.name)} and kind = 'keys'
        ),
        versions as (
            select
                {key_sql}, _file_order, _row, {is_deleted} as is_gone,
                _file_order in (select file_order from key_files) as is_ours,
                row_number() over (partition by {compared} order by {order}) as rank
            from {relation}
            where _file_order < {file_order} and _file_order > {after_order}
        ),
        given as (select distinct {given} from read_parquet({literal(str(keys))})),
        found as (
            select versions.*, exists (select 1 from given where {same_key}) as is_given from versions
        )
        select
            *,
            min(case when not is_ours then rank end) over (partition by {partition}) as true_rank,
            bool_or(rank = 1 and is_given and is_ours and is_gone) over (partition by {partition}) as is_back
        from found
        """
    )
    replaced = (
        f"cast({literal(loaded_at.isoformat(sep=' '))} as timestamp) as _loaded_at, "
        f"{literal(file)} as _file, cast({file_order} as bigint) as _file_order"
    )
    highest = f"(select coalesce(max(_row), 0) from {relation} where _file_order = {file_order})"

    def append(condition: str, deleted: str) -> int:
        done = connection.execute(
            f"""
            insert into {relation} by name
            select
                raw.* replace ({replaced}, {deleted} as _fivetran_deleted,
                    row_number() over (order by raw._file_order, raw._row) + {highest} as _row)
            from {relation} as raw
            inner join key_set_versions as versions
                on raw._file_order = versions._file_order and raw._row = versions._row
            where {condition}
            """
        ).fetchone()
        return int(done[0]) if done else 0

    deleted = append("versions.rank = 1 and not versions.is_gone and not versions.is_given", "true")
    restored = append(
        "versions.is_back and versions.rank = versions.true_rank",
        "raw._fivetran_deleted",
    )
    connection.execute("drop table key_set_versions")
    return deleted, restored
