"""How the engine runs the models: what is quadratic on an empty warehouse is quadratic on a full one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb


def _joins(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["name"].endswith("JOIN"):
        yield node
    for child in node.get("children", []):
        yield from _joins(child)


def _quadratic_outer_joins(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The conditions of outer joins that compare every row with every row.

    An outer join is hashed only if each of its conditions compares something of one side with something of the
    other. `a.valid_to is null or a.valid_to > b.at`, or a condition on the outer side alone, makes it a nested loop.
    """
    found = []
    for _, plan in connection.execute(f"explain (format json) {sql}").fetchall():
        for root in json.loads(plan):
            for join in _joins(root):
                info = join["extra_info"]
                if join["name"] == "BLOCKWISE_NL_JOIN" and info.get("Join Type") not in (
                    "INNER",
                    "SEMI",
                    "ANTI",
                ):
                    found.append(str(info.get("Condition")))
    return found


def test_the_plan_shows_a_quadratic_outer_join() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table spans (id int, valid_from int, valid_to int)")
        connection.execute("create table instants (id int, instant int)")
        join = (
            "select * from instants left join spans on instants.id = spans.id and instant >= valid_from and "
        )
        assert _quadratic_outer_joins(connection, join + "(valid_to is null or instant < valid_to)")
        assert not _quadratic_outer_joins(connection, join + "instant < coalesce(valid_to, 999)")


def test_no_model_has_a_quadratic_outer_join(template) -> None:
    """An hour of a night went into three of them once: open-ended spans joined with `is null or`."""
    manifest = json.loads((template.session / "target" / "manifest.json").read_text())
    compiled = template.session / "compiled" / "concord"
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    quadratic = {}
    with duckdb.connect(str(template.database), read_only=True) as connection:
        for node in models:
            if conditions := _quadratic_outer_joins(
                connection, (compiled / node["original_file_path"]).read_text()
            ):
                quadratic[node["name"]] = conditions
    assert models
    assert not quadratic
