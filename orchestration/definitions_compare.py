"""`concord definitions compare 2 3`: what changes between two versions, and what each would have done over history."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from orchestration.settings import Settings
from orchestration.transform.definition_files import overlaid

Row = dict[str, Any]
KEYS = {
    "stage_rules": ("subject", "stage", "clause"),
    "scoring_rules": ("subject", "rule_id"),
    "icp_criteria": ("criterion_id",),
}
MEASURES = (
    ("simulated_leads", "MQLs over all history", "{:,.0f}"),
    ("added_leads", "who were none under the rules in force", "{:,.0f}"),
    ("dropped_leads", "who were MQL and would not be", "{:,.0f}"),
    ("earlier_leads", "sooner than they were", "{:,.0f}"),
    ("later_leads", "later than they were", "{:,.0f}"),
    ("simulated_acceptance_rate", "of them sales accepted", "{:.1%}"),
    ("simulated_opportunity_rate", "of them came onto an opportunity", "{:.1%}"),
    ("simulated_customer_rate", "of them bought", "{:.1%}"),
    ("simulated_accounts", "MQAs over all history", "{:,.0f}"),
    ("added_accounts", "which were none under the rules in force", "{:,.0f}"),
    ("dropped_accounts", "which were MQA and would not be", "{:,.0f}"),
    ("simulated_account_acceptance_rate", "of them sales accepted", "{:.1%}"),
)


def rule_changes(folder: Path, old: int, new: int) -> list[str]:
    """What differs between two versions' rules, one sentence per rule that changed."""
    changes = []
    for name, keys in KEYS.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        before, after = _rules(rows, keys, old), _rules(rows, keys, new)
        for key in sorted(before.keys() | after.keys()):
            label = " / ".join(key)
            if key not in after:
                changes.append(f"{name} {label} is dropped: {_sentence(before[key])}")
            elif key not in before:
                changes.append(f"{name} {label} is new: {_sentence(after[key])}")
            elif _meaning(before[key]) != _meaning(after[key]):
                was, becomes = _sentence(before[key]), _sentence(after[key])
                if was == becomes:
                    becomes = "; ".join(_differences(before[key], after[key]))
                changes.append(f"{name} {label} changes: {was} → {becomes}")
    return changes


def _rules(rows: list[Row], keys: tuple[str, ...], version: int) -> dict[tuple[str, ...], list[Row]]:
    rules: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row["version"] == str(version):
            rules.setdefault(tuple(row[key] for key in keys), []).append(row)
    return rules


def _sentence(rows: list[Row]) -> str:
    return " and ".join(row.get("description") or "(no description)" for row in rows)


def _meaning(rows: list[Row]) -> list[Row]:
    return [{k: v for k, v in row.items() if k not in ("version", "description")} for row in rows]


def _differences(before: list[Row], after: list[Row]) -> list[str]:
    return [
        f"{column} {a[column] or 'nothing'} → {b[column] or 'nothing'}"
        for a, b in zip(_meaning(before), _meaning(after), strict=False)
        for column in a
        if a[column] != b[column]
    ]


def totals(database: Path) -> dict[int, Row]:
    """rpt_definition_what_if_totals by version, from the published warehouse."""
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute("select * from alignment.rpt_definition_what_if_totals")
        names = [column[0] for column in cursor.description or []]
        return {row["version"]: row for row in (dict(zip(names, r, strict=True)) for r in cursor.fetchall())}


def compare_command(
    old: Annotated[int, typer.Argument(help="Version to compare from.")],
    new: Annotated[int, typer.Argument(help="Version to compare with, a draft or a signed one.")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder of definition files. [CONCORD_DEFINITIONS, else seeds/definitions]"),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(help="Warehouse file to read. [<CONCORD_WAREHOUSE>/published/concord.duckdb]"),
    ] = None,
) -> None:
    """What changes between two versions, and what each would have done over all history."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    own = str(folder or Settings.load().definitions)
    if database is None:
        from orchestration.runs import Paths

        database = Paths(Path(Settings.load().warehouse)).published
    console = Console()
    console.print(Text(f"From version {old} to version {new}", style="bold"))
    with overlaid(own) as files:
        changes = rule_changes(files, old, new)
    for change in changes or ["No rule differs."]:
        console.print(Text(f"  {change}"))
    if not database.exists():
        typer.echo(
            f"Nothing is published yet ({database.name} is missing): run `concord nightly` for the numbers."
        )
        return
    found = totals(database)
    missing = [version for version in (old, new) if version not in found]
    if missing:
        known = ", ".join(str(version) for version in sorted(found))
        typer.echo(f"Version {missing[0]} is not in the published warehouse; it knows {known}.", err=True)
        raise typer.Exit(1)
    table = Table(box=None, pad_edge=False)
    for heading in ("", f"version {old}", f"version {new}", "change"):
        table.add_column(heading, justify="left" if heading == "" else "right")
    for column, label, shape in MEASURES:
        a, b = found[old][column], found[new][column]
        cells = [shape.format(value) if value is not None else "–" for value in (a, b)]
        difference = shape.replace("{:", "{:+").format(b - a) if a is not None and b is not None else "–"
        table.add_row(label, *cells, difference)
    console.print(table)
