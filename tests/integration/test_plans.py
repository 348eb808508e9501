"""How the engine runs the models: what is quadratic on an empty warehouse is quadratic on a full one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

# Tables of a handful of rows, by the names that models give them: every row may meet each of theirs.
SMALL = {"limits", "month_ends", "scenarios", "stage_order"}


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


def _lone_ranges(sql: str) -> list[str]:
    """Comparisons of two tables of one query that nothing but a third table ties together.

    An engine is free to join the two on the comparison first, and to meet the third with what comes of it. Whether it
    does follows from an estimate: one that was wrong once made four minutes and sixty gigabytes of two seconds.
    """
    found = []
    for select in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Select):
        joins = select.args.get("joins") or []
        if len(joins) < 2:
            continue
        inner = [join for join in joins if not join.side]
        source = select.args.get("from_") or select.args["from"]
        tables = {source.this.alias_or_name, *(join.this.alias_or_name for join in inner)} - SMALL
        terms: list[exp.Expression] = []
        for term in [
            *(join.args.get("on") for join in inner),
            getattr(select.args.get("where"), "this", None),
        ]:
            terms += term.flatten() if isinstance(term, exp.And) else [term] if term else []
        tied = [
            {column.table for column in term.find_all(exp.Column)}
            for term in terms
            if isinstance(term, exp.EQ)
        ]
        # Two columns that equal a third equal each other.
        equal: list[set[tuple[str, str]]] = []
        for term in terms:
            if isinstance(term, exp.EQ) and all(
                isinstance(side, exp.Column) for side in (term.left, term.right)
            ):
                pair = {(side.table, side.name) for side in (term.left, term.right)}
                equal = [s for s in equal if not s & pair] + [pair.union(*(s for s in equal if s & pair))]
        tied += [{table for table, _ in columns} for columns in equal]
        for term in terms:
            if isinstance(term, exp.GT | exp.GTE | exp.LT | exp.LTE | exp.Between):
                pair = {column.table for column in term.find_all(exp.Column)}
                if len(pair) == 2 and pair <= tables and not any(pair <= others for others in tied):
                    found.append(term.sql())
    return found


def test_a_range_that_only_a_third_table_ties_is_found() -> None:
    lone = "select * from a join b on a.x = b.x join c on b.y = c.y and a.at > c.from_at"
    assert _lone_ranges(lone) == ["a.at > c.from_at"]
    assert not _lone_ranges(lone.replace("b.y = c.y", "b.x = c.x"))
    assert not _lone_ranges(lone.replace("c.from_at", "case when b.y = c.y then c.from_at end"))


def test_no_model_compares_tables_that_only_a_third_ties_together(template) -> None:
    compiled = template.session / "compiled" / "concord" / "models"
    models = sorted(compiled.rglob("*.sql"))
    assert models
    assert not {model.stem: found for model in models if (found := _lone_ranges(model.read_text()))}
