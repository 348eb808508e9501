"""Rules: what is checked, as a query that marks the rows which break it.

A rule is written once; each row of `quality_thresholds.csv` that names it makes one check of it, with its own
threshold, severity and owner, for one segment (a source system, say) or for all that no other row names. A rule
without a row is not checked.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

Measure = Literal["rows", "share", "value"]
PROJECT = Path(__file__).resolve().parent.parent
SEED = "quality_thresholds.csv"


class ThresholdsInvalid(Exception):
    """`quality_thresholds.csv` cannot be applied; says which row and what to write."""


@dataclass(frozen=True)
class Rule:
    """One rule about one table.

    `query` selects from `{batch}` (the table) and returns, for each thing it looks at,
    `row_key` (text that identifies it without personal data), `is_failing`, and where useful `observed` (a number) and
    `segment`. `$threshold`, `$minimum_rows` and `$as_of` stand for the check's numbers.

    `measure` says what the threshold limits: `rows`, the number of failing rows; `share`, their share in all rows;
    `value`, the observed number of each row (the query compares; any failing row fails the check).
    `lists_failures`: every row of the table is a failure, so an empty table is good news, not nothing to check.
    `is_read_in_place`: a raw table of another loader's schema, under the name that dbt's vars give it.
    `also_reads` names further tables; `columns` the columns of a raw table that the rule cannot do without.
    """

    suite: str
    name: str
    schema: str
    table: str
    sentence: str
    query: str
    measure: Measure = "rows"
    worst: Literal["max", "min"] = "max"
    column: str | None = None
    also_reads: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    has_segments: bool = False
    lists_failures: bool = False
    unit: Literal["number", "share", "hours"] = "number"
    is_read_in_place: bool = False

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.relation, *self.also_reads)

    @property
    def is_raw(self) -> bool:
        """About what a source delivered: a source that is not in use has nothing to check."""
        return self.is_read_in_place or self.schema.startswith("raw_")


@dataclass(frozen=True)
class Threshold:
    """One row of `quality_thresholds.csv`."""

    suite: str
    expectation: str
    segment: str
    threshold: float
    minimum_rows: int
    severity: Literal["blocking", "warning"]
    owner: str


@dataclass(frozen=True)
class Check:
    """A rule with one of its thresholds."""

    rule: Rule
    threshold: Threshold
    other_segments: tuple[str, ...] = ()

    @property
    def segment(self) -> str:
        return self.threshold.segment

    @property
    def name(self) -> str:
        """Unique within the suite, and the same from night to night."""
        return self.rule.name if self.segment == "all" else f"{self.rule.name}__{self.segment}"

    @property
    def is_blocking(self) -> bool:
        return self.threshold.severity == "blocking"

    @property
    def sentence(self) -> str:
        limit = format_number(self.threshold.threshold, self.rule.unit)
        text = self.rule.sentence.replace("{threshold}", limit)
        text = text.replace("{minimum_rows}", f"{self.threshold.minimum_rows:,}")
        return text if self.segment == "all" else f"{self.segment}: {text}"

    def rows_query(self, as_of: str) -> str:
        """The rule's query with the check's numbers, restricted to its segment."""
        query = Template(self.rule.query).substitute(
            threshold=repr(float(self.threshold.threshold)),
            minimum_rows=str(int(self.threshold.minimum_rows)),
            as_of=f"cast('{as_of}' as timestamp)",
        )
        observed = "observed" if re.search(r"\bas observed\b", query) else "cast(null as double)"
        where = ""
        if self.rule.has_segments and self.segment != "all":
            where = f" where segment = '{self.segment}'"
        elif self.rule.has_segments and self.other_segments:
            named = ", ".join(f"'{segment}'" for segment in self.other_segments)
            where = f" where segment is null or segment not in ({named})"
        return (
            f"select cast(row_key as varchar) as row_key, coalesce(is_failing, false) as is_failing, "
            f"cast({observed} as double) as observed\nfrom (\n{query.strip()}\n) as looked_at{where}"
        )


def format_number(value: float, unit: str) -> str:
    """A number as people read it: 0.05 as a share is 5 %."""
    if unit == "share":
        return f"{value * 100:.6g} %"
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return f"{text} hours" if unit == "hours" else text


def all_rules(dbt_project: Path = PROJECT / "dbt_project.yml") -> tuple[Rule, ...]:
    """Every rule of every suite, in the order in which suites are read.

    Rules about raw tables look where dbt looks: at an existing Fivetran or Airbyte schema when the project's vars name
    one (`<source>_schema`, `source_tables`).
    """
    from expectations.suites import bounce_rate, domain_mapping, duplicates, freshness, lifecycle

    given = yaml.safe_load(dbt_project.read_text(encoding="utf-8")).get("vars") or {}
    return tuple(
        _where_dbt_reads(rule, given)
        for suite in (bounce_rate, domain_mapping, duplicates, freshness, lifecycle)
        for rule in suite.RULES
    )


def _where_dbt_reads(rule: Rule, given: Mapping[str, Any]) -> Rule:
    source = rule.schema.removeprefix("raw_")
    schema = given.get(f"{source}_schema") or rule.schema
    table = (given.get("source_tables") or {}).get(f"{source}.{rule.table}", rule.table)
    if not rule.is_raw or (schema, table) == (rule.schema, rule.table):
        return rule
    return replace(rule, schema=schema, table=table, is_read_in_place=True)


def read_thresholds(path: Path) -> list[Threshold]:
    """The thresholds of a definitions folder's file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return parse_thresholds(csv.DictReader(file), str(path))


def parse_thresholds(rows: Iterable[dict[str, str | None]], origin: str) -> list[Threshold]:
    """Rows as thresholds.

    Raises `ThresholdsInvalid`, naming the row, when a number does not parse, a severity is unknown, a segment or owner
    is no plain word, or two rows name the same check.
    """
    thresholds: list[Threshold] = []
    seen: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, start=2):
        where = f"{origin}, row {number}"

        def value(column: str, row: dict[str, str | None] = row, where: str = where) -> str:
            text = str(row.get(column) if row.get(column) is not None else "").strip()
            if not text:
                raise ThresholdsInvalid(f"{where}: {column} is empty; every check needs one.")
            return text

        def number_in(column: str, row: dict[str, str | None] = row, where: str = where) -> float:
            text = str(row.get(column) if row.get(column) is not None else "").strip() or "0"
            try:
                return float(text)
            except ValueError as problem:
                raise ThresholdsInvalid(
                    f"{where}: {column} {text!r} is no number; write 0.05 for 5 %."
                ) from problem

        severity = value("severity")
        if severity not in ("blocking", "warning"):
            raise ThresholdsInvalid(f"{where}: severity {severity!r} is unknown; write blocking or warning.")
        segment = str(row.get("segment") or "").strip() or "all"
        owner = value("owner")
        for column, text in (("segment", segment), ("owner", owner)):
            if not re.fullmatch(r"[A-Za-z0-9_.:-]+", text):
                raise ThresholdsInvalid(
                    f"{where}: {column} {text!r} may hold letters, digits, _ . : and - only."
                )
        threshold = Threshold(
            value("suite"),
            value("expectation"),
            segment,
            number_in("threshold"),
            int(number_in("minimum_rows")),
            severity,  # type: ignore[arg-type]
            owner,
        )
        key = (threshold.suite, threshold.expectation, threshold.segment)
        if key in seen:
            raise ThresholdsInvalid(
                f"{where}: {'.'.join(key)} has a threshold already; keep one of the rows."
            )
        seen.add(key)
        thresholds.append(threshold)
    return thresholds


def checks(rules: Sequence[Rule], thresholds: Sequence[Threshold], origin: str = SEED) -> list[Check]:
    """One check per threshold.

    Raises `ThresholdsInvalid` for a threshold that names no rule, or a segment of a rule that has none.
    """
    by_name = {(rule.suite, rule.name): rule for rule in rules}
    made = []
    for threshold in thresholds:
        rule = by_name.get((threshold.suite, threshold.expectation))
        if rule is None:
            known = ", ".join(sorted(f"{suite}.{name}" for suite, name in by_name))
            raise ThresholdsInvalid(
                f"{origin}: there is no rule {threshold.suite}.{threshold.expectation}; known rules: {known}."
            )
        if threshold.segment != "all" and not rule.has_segments:
            raise ThresholdsInvalid(
                f"{origin}: {threshold.suite}.{threshold.expectation} has no segments; write all, "
                f"not {threshold.segment!r}."
            )
        others = tuple(
            other.segment
            for other in thresholds
            if (other.suite, other.expectation) == (threshold.suite, threshold.expectation)
            and other.segment != "all"
        )
        made.append(Check(rule, threshold, others if threshold.segment == "all" else ()))
    order = {(rule.suite, rule.name): position for position, rule in enumerate(rules)}
    return sorted(
        made, key=lambda check: (order[check.rule.suite, check.rule.name], check.segment != "all", check.name)
    )
