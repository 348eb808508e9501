"""Every model says what one row is; every column of a public table says what it means."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sql_lint import stray_stars, templates

PROJECT = Path(__file__).resolve().parents[2]


@cache
def described_models() -> dict[str, dict[str, Any]]:
    """Every model's YAML entry, with the path of its file under `path`."""
    models: dict[str, dict[str, Any]] = {}
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models") or []:
            assert entry["name"] not in models, f"{entry['name']} is described twice, again in {path}"
            models[entry["name"]] = {**entry, "path": str(path.relative_to(PROJECT))}
    return models


@cache
def model_files() -> dict[str, str]:
    return {Path(path).stem: path for path in templates(PROJECT, "models")}


def marts() -> list[str]:
    return sorted(name for name, path in model_files().items() if path.startswith("models/marts/"))


def words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def test_every_model_is_described_by_its_grain() -> None:
    findings = []
    for name, path in model_files().items():
        description = str((described_models().get(name) or {}).get("description") or "")
        if not description.startswith("One row per "):
            findings.append(f"{path}: its description must begin with the grain, 'One row per …'")
    assert not findings, "\n".join(findings)


def test_every_described_model_exists() -> None:
    gone = set(described_models()) - set(model_files())
    assert not gone, f"described, but there is no such model: {sorted(gone)}"


@pytest.mark.parametrize("name", marts())
def test_a_public_table_declares_every_column(name: str) -> None:
    entry = described_models()[name]
    columns = entry.get("columns") or []
    assert columns, f"{name}: no column is declared in {entry['path']}"
    incomplete = [
        column["name"]
        for column in columns
        if not column.get("data_type") or not str(column.get("description") or "").strip()
    ]
    assert not incomplete, f"{name}: data_type or description is missing for {incomplete} in {entry['path']}"
    names = [column["name"] for column in columns]
    assert len(names) == len(set(names)), f"{name}: a column is declared twice in {entry['path']}"


# Tables whose owners have not yet written what the columns mean; the list only shrinks.
PLACEHOLDERS: set[str] = set()


@pytest.mark.parametrize("name", marts())
def test_a_description_says_more_than_the_name(name: str) -> None:
    if name in PLACEHOLDERS:
        pytest.skip("descriptions are still to be written")
    entry = described_models()[name]
    empty = [
        column["name"]
        for column in entry.get("columns") or []
        if words(str(column.get("description") or "")) == words(column["name"])
    ]
    assert not empty, f"{name}: the description only repeats the name for {empty} in {entry['path']}"


@pytest.mark.parametrize("name", marts())
def test_a_public_table_keeps_contract_and_group(name: str) -> None:
    """Contract and group are set once for all marts in dbt_project.yml; no model may switch them off."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    policy = project["models"]["concord"]["marts"]
    folder = model_files()[name].split("/")[2]
    assert policy["+contract"]["enforced"] is True
    assert (policy.get(folder) or {}).get("+group"), f"dbt_project.yml gives marts/{folder} no group"
    contract = (described_models()[name].get("config") or {}).get("contract") or {}
    assert contract.get("enforced", True) is True, f"{name} switches its contract off"
    sql = (PROJECT / model_files()[name]).read_text(encoding="utf-8")
    assert not re.search(r"enforced\W+false", sql, re.IGNORECASE), f"{name} switches its contract off"


def test_no_star_hides_what_a_public_table_has() -> None:
    findings = [
        f"{path}: {star}"
        for path, text in templates(PROJECT, "models/marts").items()
        for star in stray_stars(text)
    ]
    assert not findings, "the final CTE must name its columns:\n" + "\n".join(findings)


def test_every_model_ends_with_its_final_cte() -> None:
    findings = [
        path
        for path, text in templates(PROJECT, "models").items()
        if not re.search(r"\nselect \* from \w+\s*$", text)
    ]
    assert not findings, f"the last line must be `select * from <final_cte>`: {findings}"
