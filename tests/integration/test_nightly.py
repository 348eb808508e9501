"""The night as a whole: what it publishes, that kills and rivals cannot hurt it, and what it says when it fails."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from demo import DEFAULT_AS_OF, write_demo
from orchestration.publish import release
from orchestration.runs import Ledger, Paths, lock_holder, writer_lock
from tests import nights

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "definitions"
FIRST = (DEFAULT_AS_OF - timedelta(days=1)).replace(tzinfo=None).isoformat()
SECOND = DEFAULT_AS_OF.replace(tzinfo=None).isoformat()
LOAD, REFERENCE, BUILD, PUBLISH = (
    "Extracts loaded",
    "Reference tables written",
    "Models built and tested",
    "Warehouse published",
)
# Drawn per step: most points of a night are models, and a kill while loading or publishing would hardly ever occur.
# `make test` takes the first three, `make endurance` all ten.
KILLS = [LOAD, BUILD, PUBLISH, BUILD, LOAD, LOAD, REFERENCE, BUILD, BUILD, PUBLISH]
KILLS = KILLS[: int(os.environ.get("CONCORD_TEST_KILLS", "3"))]


class Company:
    """Extracts of two nights, and a warehouse in which both ran undisturbed but for a rival that was turned away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        everything = folder / "everything"
        write_demo(everything, leads=50, months=3, seed=11, nights=1)
        self.second_landing = everything
        self.first_landing = folder / "first"
        for path in everything.rglob("*"):
            if path.is_file() and not path.name.startswith("night_"):
                target = self.first_landing / path.relative_to(everything)
                target.parent.mkdir(parents=True, exist_ok=True)
                # The same file, time stamp and all, as the second night will find it.
                shutil.copy2(path, target)
        self.after_first = folder / "after_first"
        self.warehouse = folder / "undisturbed"
        first = nights.run(self.first_landing, self.warehouse, FIRST)
        assert first.code == 0, first.output
        shutil.copytree(self.warehouse, self.after_first)
        one = nights.start(self.second_landing, self.warehouse, SECOND, models_only=True)
        deadline = time.monotonic() + 120
        while lock_holder(Paths(self.warehouse)) is None and time.monotonic() < deadline:
            time.sleep(0.02)
        self.rival = nights.run(self.second_landing, self.warehouse, SECOND, models_only=True)
        second = nights.wait(one)
        assert second.code == 0, second.output
        self.points = second.points
        self.output = first.output


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


@pytest.mark.slow
def test_a_night_publishes_and_says_what_it_did(company: Company) -> None:
    paths = Paths(company.warehouse)
    assert [run.status for run in Ledger(paths).runs()] == ["published", "published"]
    assert len(release.releases(paths)) == 2
    publication = release.read_publication(paths.published)
    assert publication.as_of == DEFAULT_AS_OF.replace(tzinfo=None)
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        leads = connection.execute("select count(*) from core.dim_leads").fetchone()
        comment = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_leads'"
        ).fetchone()
    assert leads is not None
    assert leads[0] > 0
    assert comment is not None
    assert comment[0].startswith("One row per")
    for word in ("Published", "loaded", "built", "checked", "took", "care"):
        assert word in company.output


@pytest.mark.slow
def test_of_two_nights_at_once_one_runs_and_the_other_says_so(company: Company) -> None:
    assert company.rival.code == 75
    assert "Not started: concord nightly (process" in company.rival.output
    assert "Traceback" not in company.rival.output
    # The first and the second night; the rival left no trace.
    assert len(Ledger(Paths(company.warehouse)).runs()) == 2


@pytest.mark.slow
def test_killed_at_random_points_it_publishes_the_same_rows(company: Company, tmp_path: Path) -> None:
    """Incident it guards against: a night that died half-way and left rows twice, or never."""
    chance = random.Random(20260630)
    disturbed = tmp_path / "disturbed"
    shutil.copytree(company.after_first, disturbed)
    landing = company.second_landing
    paths = Paths(disturbed)
    before = release.current_release(paths)
    # One attempt follows on what the one before it left: harder than ten separate kills.
    rebuild: list[str] = []
    for step in KILLS:
        point = chance.randrange(1, company.points[step])
        if step == BUILD:
            # Only a build of every model has the points counted above.
            rebuild = []
        ended = nights.run(
            landing,
            disturbed,
            SECOND,
            models_only=True,
            rebuild=rebuild,
            kill_at=(step, point),
            # A build's points follow each other at once; the other steps take longer between two.
            delay=chance.uniform(0, 0.3 if step == BUILD else 0.05),
        )
        assert ended.code == -9, (step, point, ended.output)
        assert lock_holder(paths) is None
        # Whatever was killed, readers have a whole release: the one before, or the new one.
        assert release.read_publication(paths.published).table_count > 0
        assert Ledger(paths).runs()[-1].status == "interrupted"
        if step != PUBLISH:
            assert release.current_release(paths) == before
        else:
            # This night built every model; those that follow it need not build the same again.
            rebuild = ["settings"]
    ended = nights.run(landing, disturbed, SECOND, models_only=True, rebuild=rebuild)
    assert ended.code == 0, ended.output
    assert nights.differences(paths.published, Paths(company.warehouse).published) == []


@pytest.mark.slow
def test_a_failed_check_publishes_nothing_and_names_rule_and_table(company: Company, tmp_path: Path) -> None:
    warehouse = tmp_path / "failing"
    shutil.copytree(company.after_first, warehouse)
    paths = Paths(warehouse)
    before = release.current_release(paths)
    digest = nights.published_rows(paths.published)
    own = tmp_path / "definitions"
    own.mkdir()
    with (SEEDS / "quality_thresholds.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["suite"], row["expectation"]) == ("domain_mapping", "leads_to_review"):
            row.update(threshold="-1", severity="blocking", minimum_rows="0")
    with (own / "quality_thresholds.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    # The same night again under a stricter rule: no model but the rule's own table can change.
    ended = nights.run(
        company.first_landing, warehouse, FIRST, definitions=str(own), rebuild=["quality_thresholds"]
    )
    assert ended.code == 1, ended.output
    assert "Nothing was published" in ended.output
    assert release.current_release(paths) == before
    assert nights.published_rows(paths.published) == digest
    last = Ledger(paths).runs()[-1]
    assert last.status == "failed"
    assert any("bridge_lead_accounts" in problem for problem in last.problems), last.problems


@pytest.mark.slow
def test_a_night_that_stops_at_the_models_keeps_what_its_checks_found(
    company: Company, tmp_path: Path
) -> None:
    """Incident it guards against: a night failed and its own record of checks said nothing about it."""
    warehouse = tmp_path / "stopping"
    shutil.copytree(company.after_first, warehouse)
    paths = Paths(warehouse)
    before = release.current_release(paths)
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute("drop table intermediate.int_users__unified cascade")
        (lost,) = connection.execute("select min(lead_id) from core.bridge_lead_accounts").fetchall()[0]
        connection.execute("delete from core.bridge_lead_accounts where lead_id = ?", [lost])
        kept = connection.execute("select count(*) from quality_state.table_rows").fetchall()
    broken = ["dim_users", "every_lead_has_one_account_row"]
    ended = nights.run(company.second_landing, warehouse, SECOND, rebuild=broken)
    assert ended.code == 1, ended.output
    assert release.current_release(paths) == before
    last = Ledger(paths).runs()[-1]
    assert any("core.dim_users" in problem for problem in last.problems), last.problems
    assert any(f"lead_id = {lost}" in problem for problem in last.problems), last.problems
    with duckdb.connect(str(paths.build), read_only=True) as connection:
        found = connection.execute(
            "select expectation, status, failing_rows, failing_keys from quality.rpt_data_quality "
            "where run_id = ? and status in ('failed', 'error') order by 1",
            [last.run_id],
        ).fetchall()
        assert connection.execute("select count(*) from quality_state.table_rows").fetchall() == kept
    assert [row[:3] for row in found] == [
        ("dim_users", "error", None),
        ("every_lead_has_one_account_row", "failed", 1),
    ]
    assert lost in found[1][3]


def test_definitions_that_cannot_be_applied_stop_the_night_before_it_builds(tmp_path: Path) -> None:
    own = tmp_path / "definitions"
    own.mkdir()
    text = (SEEDS / "settings.csv").read_text()
    (own / "settings.csv").write_text(
        text.replace("reporting_time_zone,America/New_York", "reporting_time_zone,Mars/Olympus")
    )
    landing = tmp_path / "landing"
    landing.mkdir()
    ended = nights.run(landing, tmp_path / "warehouse", SECOND, definitions=str(own))
    assert ended.code == 1
    assert "settings" in ended.output
    assert "Mars/Olympus" in ended.output
    assert not (tmp_path / "warehouse" / "build" / "concord.duckdb").exists()


def test_a_lock_of_a_process_that_is_gone_holds_nobody_up(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    tmp_path.mkdir(exist_ok=True)
    paths.lock.write_text(json.dumps({"pid": 1, "host": "h", "command": "c", "since": "2026-01-01T00:00:00"}))
    assert lock_holder(paths) is None
    with writer_lock(paths, "test"):
        holder = lock_holder(paths)
        assert holder is not None
        assert holder.startswith("test (process ")
    assert lock_holder(paths) is None
