"""Matching by company name on 28,000 listed companies: precise rather than greedy, on names the rules never saw."""

from __future__ import annotations

import csv
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.harness import PROJECT, Warehouse
from tests.integration.test_identity import fill

SAMPLES = Path(os.environ.get("CONCORD_SAMPLE_DATA", PROJECT.parent / "shared" / "data"))
FILE = SAMPLES / "companies" / "public_companies_domains.csv"
SWAPS = (
    ("Corporation", "Corp."),
    ("Limited", "Ltd"),
    ("Inc.", "Incorporated"),
    ("Co.", "Company"),
    (" and ", " & "),
)


def perturbed(name: str, chance: random.Random) -> str:
    """The name as a person might type it into a form."""
    for old, new in SWAPS:
        if old in name and chance.random() < 0.5:
            name = name.replace(old, new)
    kind = chance.randrange(6)
    if kind == 0:
        return name.upper()
    if kind == 1:
        return name.replace(",", "").replace(".", "")
    if kind == 2:
        return f"The {name}"
    if kind == 3 and " " in name:
        return name.rsplit(" ", 1)[0]
    if kind == 4:
        return "  " + name.replace(" ", "  ") + " "
    return name


def test_matches_by_name_are_precise_on_held_out_names(template: Any, tmp_path: Path) -> None:
    if not FILE.exists():
        pytest.skip(f"the sample of public companies is not at {FILE}: set CONCORD_SAMPLE_DATA to its folder")
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        companies = sorted({(row["name"], row["domain"]) for row in csv.DictReader(file) if row["name"]})
    chance = random.Random(28)
    known = {name for name, _ in companies if chance.random() < 0.5}  # the other half must match nothing
    warehouse = Warehouse.from_template(template, tmp_path / "names")
    typed = [(perturbed(name, chance), name, domain) for name, domain in companies if chance.random() < 0.4]
    fill(
        warehouse,
        "intermediate.int_accounts__records",
        [{"record_key": str(i), "account_name": name} for i, name in enumerate(sorted(known))],
    )
    fill(
        warehouse,
        "intermediate.int_people__records",
        [{"record_key": str(i), "company_name": text} for i, (text, _, _) in enumerate(typed)],
    )
    warehouse.run("int_names__normalised")
    words = {
        row["raw_name"]: row["normalised_name"]
        for row in warehouse.rows("select * from intermediate.int_names__normalised")
    }
    owners: dict[str, set[str]] = {}
    for name in known:
        owners.setdefault(words[name], set()).add(name)
    domains: dict[str, set[str]] = {}
    for name, domain in companies:
        domains.setdefault(name, set()).add(domain)
    right = wrong = findable = 0
    for text, name, domain in typed:
        found = owners.get(words[text], set())
        findable += name in known
        if len(found) == 1:
            match = next(iter(found))
            # one company may be listed under two spellings of its name: the domain tells
            if match == name or domain in domains[match]:
                right += 1
            else:
                wrong += 1
    precision, recall = right / (right + wrong), right / findable
    print(f"{right + wrong} matches of {len(typed)} names: precision {precision:.4f}, recall {recall:.4f}")
    assert precision >= 0.99
    assert recall >= 0.80
