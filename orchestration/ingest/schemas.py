"""The declared source schemas, read from `models/staging/<source>/_<source>__sources.yml`.

Those files are the one place that names a vendor's tables, columns, types, keys and modification stamps:
dbt's staging reads them, the loader types the raw tables by them, and the landing zone's handbook page is
generated from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

PROJECT_DIR = Path(__file__).resolve().parents[2]
STAGING_DIR = PROJECT_DIR / "models" / "staging"

# Columns the loader adds to every raw table, with their types in DuckDB.
LOAD_COLUMNS = {
    "_loaded_at": "timestamp",
    "_file": "varchar",
    "_file_order": "bigint",
    "_row": "bigint",
}

# Columns by which a source says that a row is gone.
DELETION_COLUMNS = ("is_deleted", "_fivetran_deleted", "archived")


@dataclass(frozen=True)
class Column:
    """One declared column: a string, timestamp, date, boolean, bigint, double or decimal(p,s)."""

    name: str
    data_type: str
    is_required: bool = False
    also_called: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class TableSchema:
    """One declared table of a source, or, with `is_declared` false, one that only the landing zone knows."""

    source: str
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    modified_at: tuple[str, ...]
    description: str = ""
    is_declared: bool = True

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Column name to column."""
        return {column.name: column for column in self.columns}

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns that every file of the table must have."""
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def required_key(self) -> tuple[str, ...]:
        """Key columns that may be neither absent nor null."""
        return tuple(name for name in self.primary_key if self.by_name[name].is_required)

    def compared_key(self, alias: str = "") -> tuple[str, ...]:
        """SQL expressions by which two rows are the same record; Salesforce ids compare by 15 characters."""
        prefix = f"{alias}." if alias else ""
        return tuple(
            f"left(trim({prefix}{quote(name)}), 15)"
            if self.source == "salesforce" and name == "id"
            else f"{prefix}{quote(name)}"
            for name in self.primary_key
        )


@dataclass(frozen=True)
class SourceSchema:
    """The declared tables of one source, by name."""

    name: str
    description: str
    tables: dict[str, TableSchema] = field(default_factory=dict)


def quote(identifier: str) -> str:
    """The identifier as SQL, quoted: names come from files and are never trusted."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    return {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}


def _read_table(source: str, node: dict[str, Any], path: Path) -> TableSchema:
    columns = tuple(
        Column(
            name=column["name"],
            data_type=column["data_type"],
            is_required=bool(_meta(column).get("required", False)),
            also_called=tuple(_meta(column).get("also_called", ())),
            description=column.get("description", ""),
        )
        for column in node["columns"]
    )
    meta = _meta(node)
    table = TableSchema(
        source=source,
        name=node["name"],
        columns=columns,
        primary_key=tuple(meta.get("primary_key", ())),
        modified_at=tuple(meta.get("modified_at", ())),
        description=node.get("description", ""),
    )
    for name in (*table.primary_key, *table.modified_at):
        if name not in table.by_name:
            raise ValueError(
                f"{path}: table {table.name} names the column {name} in its meta but does not declare it; "
                f"add it under `columns`."
            )
    if not table.primary_key:
        raise ValueError(
            f"{path}: table {table.name} has no `meta.primary_key`; the newest version needs one."
        )
    return table


@lru_cache(maxsize=8)
def read_schemas(staging_dir: Path = STAGING_DIR) -> dict[str, SourceSchema]:
    """Every declared source, by name.

    Raises:
        ValueError: a table declares a key or stamp that is not among its columns (names the file and the
            table).
    """
    schemas: dict[str, SourceSchema] = {}
    for path in sorted(staging_dir.glob("*/_*__sources.yml")):
        for node in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", []):
            tables = {table["name"]: _read_table(node["name"], table, path) for table in node["tables"]}
            schemas[node["name"]] = SourceSchema(node["name"], node.get("description", ""), tables)
    return schemas


def undeclared_table(source: str, name: str) -> TableSchema:
    """A table nobody declared: it is loaded as text, so that no extract is refused."""
    return TableSchema(
        source,
        name,
        (),
        (),
        (),
        "A table that is not declared; kept as text.",
        is_declared=False,
    )
