"""The gate: what stops a night from being published, said so that a person can act on it.

A failed test is told as: which rule, on which table, how many rows, and the keys of the first of them. Keys, dates
and codes are shown; personal data (addresses, names, phone numbers) never is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.transform.dbt import BuildReport, NodeResult

# A column is shown when its name says that it is a key, a date, a code or a number of things. Everything else may
# hold what a person typed, so it is left out.
SHOWN_COLUMN = re.compile(
    r"(_id|_key|_at|_date|_number|_count|_version|_stage|_status|_usd|_minutes|_share|_type|^model|^stage|^status"
    r"|^channel|^version|^n_records|^from_field|^to_stage|^month|^week|^clause|^is_\w+|^has_\w+|^num_rows)$"
)
PERSONAL = re.compile(r"mail|name|phone|address|title|street|note|raw|text|message|evidence")
# An identifier that holds an address is no key: `email_domain_id` may be shown, an address may not.
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
ROWS_SHOWN = 3


@dataclass(frozen=True)
class BrokenRule:
    """One failed check, in words."""

    rule: str
    table: str
    blocking: bool
    failing_rows: int | None
    detail: str
    rows: list[str] = field(default_factory=list)
    check: str = ""  # dbt's name of the test or model

    def sentence(self) -> str:
        """The rule, the table and the rows in one line."""
        count = (
            ""
            if self.failing_rows is None
            else f" in {self.failing_rows:,} row{'s' * (self.failing_rows != 1)}"
        )
        rows = f": {'; '.join(self.rows)}" if self.rows else ""
        more = ", …" if self.failing_rows is not None and self.failing_rows > len(self.rows) > 0 else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.table} broke “{self.rule}”{count}{detail}{rows}{more}"


def broken_rules(report: BuildReport, database: Path) -> list[BrokenRule]:
    """Every failed or warned node of a build; the keys of failing rows are read from the build database."""
    bad = report.failed + report.warned
    if not bad:
        return []
    rules = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for result in bad:
            rules.append(
                replace(
                    _describe(result, report, connection),
                    check=getattr(result.node, "alias", None) or result.name,
                )
            )
    return rules


def _describe(result: NodeResult, report: BuildReport, connection: duckdb.DuckDBPyConnection) -> BrokenRule:
    blocking = result.status != "warn"
    if result.resource_type == "test":
        table = _tested_table(result.node, report.manifest)
        if result.status in ("fail", "warn"):
            rows = _failing_rows(result.node, report.manifest, connection)
            return BrokenRule(_rule_text(result.node), table, blocking, result.failures, "", rows)
        return BrokenRule(_rule_text(result.node), table, blocking, None, _first_line(result.message))
    kind = "unit test" if result.resource_type == "unit_test" else result.resource_type
    return BrokenRule(
        f"{kind} {result.name}", _relation(result.node), blocking, None, _first_line(result.message)
    )


def _first_line(message: str) -> str:
    """The part of an error message that says what happened, without rows of data in it."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    text = next((line for line in lines if "Error" in line and not line.startswith("Runtime Error in")), "")
    text = text or (lines[0] if lines else "no message")
    return ADDRESS.sub("<address>", text)[:300]


def _relation(node: Any) -> str:
    schema = getattr(node, "schema", "")
    return f"{schema}.{getattr(node, 'alias', None) or node.name}" if schema else str(node.name)


def _tested_table(node: Any, manifest: Mapping[str, Any]) -> str:
    attached = getattr(node, "attached_node", None)
    dagster = (dict(node.config.meta or {}).get("dagster") or {}).get("ref") or {}
    names = (
        [attached]
        if attached
        else [i for i in node.depends_on.nodes if i.endswith(f".{dagster.get('name')}")]
    )
    for unique_id in [*names, *node.depends_on.nodes]:
        entry = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
        if entry:
            return f"{entry['schema']}.{entry.get('alias') or entry.get('identifier') or entry['name']}"
    return str(node.name)


def _rule_text(node: Any) -> str:
    """The rule as its author described it, else the test's name and column."""
    description = (getattr(node, "description", "") or "").strip().splitlines()
    if description:
        return description[0].rstrip(".")
    test = getattr(node, "test_metadata", None)
    if test is None:
        return str(node.name).replace("_", " ")
    column = getattr(node, "column_name", None) or test.kwargs.get("column_name")
    columns = test.kwargs.get("columns") or test.kwargs.get("combination_of_columns")
    target = column or (", ".join(columns) if columns else "")
    return f"{test.name.replace('_', ' ')}: {target}" if target else test.name.replace("_", " ")


def _failing_rows(node: Any, manifest: Mapping[str, Any], connection: duckdb.DuckDBPyConnection) -> list[str]:
    query = _keys_of_nulls(node, manifest, connection) or node.compiled_code
    try:
        cursor = connection.execute(f"select * from ({query}) as failing limit {ROWS_SHOWN}")
    except duckdb.Error:
        return []
    names = [column[0] for column in cursor.description or []]
    tested = str(getattr(node, "column_name", "") or "")
    return [text for row in cursor.fetchall() if (text := _row_text(names, row, tested))]


def _keys_of_nulls(
    node: Any, manifest: Mapping[str, Any], connection: duckdb.DuckDBPyConnection
) -> str | None:
    """For `not_null`, whose own query returns nothing but nulls: the keys of the rows instead."""
    test = getattr(node, "test_metadata", None)
    attached = manifest["nodes"].get(getattr(node, "attached_node", None) or "")
    if test is None or test.name != "not_null" or not attached:
        return None
    relation = connection.execute(
        "select column_name from information_schema.columns "
        "where table_schema = ? and table_name = ? order by ordinal_position",
        [attached["schema"], attached.get("alias") or attached["name"]],
    ).fetchall()
    shown = [name for (name,) in relation if _may_show(name)][:4]
    if not shown:
        return None
    columns = ", ".join(f'"{name}"' for name in shown)
    return (
        f'select {columns} from "{attached["schema"]}"."{attached["name"]}" where {node.column_name} is null'
    )


def _may_show(column: str) -> bool:
    return bool(SHOWN_COLUMN.search(column)) and not PERSONAL.search(column)


def _row_text(names: Sequence[str], row: Sequence[Any], tested_column: str) -> str:
    parts = []
    for name, value in zip(names, row, strict=True):
        shown_as = name
        if name in ("unique_field", "value_field", "from_field"):
            # dbt's generic tests rename the tested column.
            if not _may_show(tested_column):
                continue
            shown_as = tested_column
        elif not _may_show(name):
            continue
        parts.append(f"{shown_as} = {_value_text(value)}")
    return ", ".join(parts[:6])


def _value_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float | Decimal | date | datetime):
        return str(value)
    text = str(value)
    return "<address>" if ADDRESS.search(text) else text[:80]
