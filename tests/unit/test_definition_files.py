"""What a build takes of an organisation's own definition files, and what the check and the comparison look at."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.definition_data import app
from orchestration.definitions_check import PROJECT
from orchestration.transform.definition_files import overlaid

SEEDS = PROJECT / "seeds" / "definitions"


def test_files_that_an_organisation_lacks_are_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scoring_rules.csv").write_text((SEEDS / "scoring_rules.csv").read_text())
    monkeypatch.setenv("CONCORD_DEFINITIONS", str(tmp_path))
    checked = CliRunner().invoke(app, ["check"])
    assert checked.exit_code == 0, checked.output
    compared = CliRunner().invoke(app, ["compare", "1", "2"])
    assert "stage_rules lead / mql / score changes" in compared.output
    (tmp_path / "scoring_rule.csv").write_text("version\n")
    misspelt = CliRunner().invoke(app, ["check"])
    assert misspelt.exit_code == 1 and "no definition file that Concord knows" in misspelt.output


def test_blanks_and_capitals_that_the_check_overlooks_are_not_built(tmp_path: Path) -> None:
    with (SEEDS / "stage_rules.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    padded = [
        [f" {cell.upper() if name == 'subject' else cell} " for name, cell in zip(header, row, strict=True)]
        for row in rows
    ]
    with (tmp_path / "stage_rules.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([header, *padded, []])
    with overlaid(str(tmp_path)) as taken, (taken / "stage_rules.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [header, *rows]
