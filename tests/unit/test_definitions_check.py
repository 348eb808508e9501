"""The definitions checker: the project's own files pass, and every kind of mistake is named where it stands."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.definition_data import app
from orchestration.definitions_check import PROJECT, check, declared_seeds, hints

SEEDS = PROJECT / "seeds" / "definitions"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "definitions"))


def rewrite(folder: Path, name: str, row: int, **cells: str) -> None:
    """Change cells of one row, counted as the checker counts: the header is row 1."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    for column, value in cells.items():
        rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


def append(folder: Path, name: str, **cells: str) -> None:
    path = folder / f"{name}.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    with path.open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerow([cells.get(column, "") for column in header])


def row_of(name: str, **cells: str) -> int:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), start=2):
            if all(row[column] == value for column, value in cells.items()):
                return number
    raise LookupError(cells)


def test_the_files_of_the_project_pass() -> None:
    assert [str(problem) for problem in check(SEEDS)] == []


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("loss_reasons", {"raw_reason": "PRICE", "loss_reason": "price", "loss_area": "message"}),
        ("rejection_reasons", {"raw_reason": "not READY", "reason_code": "x", "disposition": "recycle",
                               "can_reenter": "true"}),
        ("status_mappings", {"source_system": "salesforce", "source_object": "lead", "field": "status",
                             "raw_value": "working"}),
    ],
)  # fmt: skip
def test_two_spellings_of_one_text_are_one_row_too_many(
    folder: Path, name: str, cells: dict[str, str]
) -> None:
    append(folder, name, **cells)
    [problem] = check(folder)
    assert problem.file == f"{name}.csv"
    assert "stands in row" in problem.message


def test_letter_case_that_the_engine_does_not_read_is_no_mistake(folder: Path) -> None:
    for name in ("stage_rules", "scoring_rules"):
        for row in (2, 3, 4, 5):
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
                cells = list(csv.DictReader(handle))[row - 2]
            folded = {c: cells[c].upper() for c in ("subject", "kind", "component", "operator") if cells[c]}
            rewrite(folder, name, row, **folded)
    rewrite(folder, "rejection_reasons", 2, disposition="Recycle")
    assert [str(problem) for problem in check(folder)] == []
    # The engine reads a stage and a clock as they are written.
    rewrite(folder, "stage_rules", 2, stage="MQL")
    rewrite(folder, "sla_policies", 2, clock="Business")
    assert {(problem.file, problem.column) for problem in check(folder)} == {
        ("stage_rules.csv", "stage"),
        ("sla_policies.csv", "clock"),
    }


def test_every_file_of_the_folder_is_declared() -> None:
    assert {path.stem for path in SEEDS.glob("*.csv")} <= set(declared_seeds())


MQL_COUNT = {"version": "1", "stage": "mql", "kind": "engagement_count", "condition": "2"}


@pytest.mark.parametrize(
    ("name", "row", "cells", "column", "says"),
    [
        ("stage_rules", MQL_COUNT, {"kind": "engagement_cuont"}, "kind", "Did you mean 'engagement_count'?"),
        ("stage_rules", MQL_COUNT, {"min_count": "one"}, "min_count", "whole number"),
        ("stage_rules", MQL_COUNT, {"window_days": ""}, "window_days", "needs it"),
        ("stage_rules", MQL_COUNT, {"window_days": "-3"}, "window_days", "more than 0"),
        ("stage_rules", MQL_COUNT, {"engagement_types": "email_opend"}, "engagement_types", "'email_opened'"),
        ("stage_rules", MQL_COUNT, {"version": "7"}, "version", "no version"),
        ("stage_rules", MQL_COUNT, {"stage": "mqa"}, "stage", "Allowed: mql, sal, sqo"),
        ("stage_rules", {"version": "1", "stage": "sal"}, {"crm_fact": "acepted"}, "crm_fact", "'accepted'"),
        ("stage_rules", {"version": "1", "kind": "engaged_people"}, {"subject": "lead"}, "kind", "account rules only"),
        ("stage_rules", {"version": "1", "kind": "attribute"}, {"operator": "is"}, "operator", "equals"),
        ("stage_rules", {"version": "1", "kind": "attribute"}, {"attribute": "shoe_size"}, "attribute", "seniority"),
        ("scoring_rules", {"rule_id": "webinar"}, {"component": "total"}, "component", "firmographic"),
        ("scoring_rules", {"rule_id": "senior_title"}, {"value": ""}, "value", "must the attribute be"),
        ("icp_criteria", {"criterion_id": "size"}, {"value": "5000|50"}, "value", "50|5000"),
        ("definition_versions", {"version": "1"}, {"sales_signed_on": ""}, "sales_signed_on", "a name and a date"),
        ("definition_versions", {"version": "2"}, {"effective_from": "2015-01-01"}, "effective_from", "which one"),
        ("definition_versions", {"version": "2"}, {"version": "0"}, "version", "1 or more"),
        ("definition_versions", {"version": "2"}, {"effective_from": "1 Feb"}, "effective_from", "YYYY-MM-DD"),
        ("engagement_types", {"engagement_type": "form_submitted"}, {"direction": "in"}, "direction", "inbound"),
        ("engagement_types", {"engagement_type": "form_submitted"}, {"is_human": "true"}, "is_human", "human touches"),
        ("engagement_mappings", {"source_activity": "event"}, {"engagement_type": "meeting"}, "engagement_type", "no"),
        ("sla_policies", {"commitment_id": "mql_decision"}, {"starts_on": "mlq"}, "starts_on", "no event"),
        ("sla_policies", {"commitment_id": "mql_decision"}, {"starts_on": "mqa"}, "starts_on", "no event of a lead"),
        ("sla_policies", {"commitment_id": "mql_decision"}, {"stops_on": "sal|lost"}, "stops_on", "no event"),
        ("stage_rules", {"stage": "sqo"}, {"stage": "opportunity"}, "stage", "only an opportunity in the CRM"),
        ("stage_rules", {"stage": "saa"}, {"stage": "customer"}, "stage", "only a won opportunity in the CRM"),
        ("stage_rules", {"stage": "sqo"}, {"stage": "lost"}, "stage", "no rule decides"),
        ("sla_policies", {"commitment_id": "mql_decision"}, {"clock": "busines"}, "clock", "'business'"),
        ("sla_policies", {"commitment_id": "mql_decision"}, {"warn_share": "75"}, "warn_share", "0.75"),
        ("settings", {"setting": "bot_click_seconds"}, {"value": "five"}, "value", "a number"),
        ("settings", {"setting": "reporting_time_zone"}, {"value": "America/NewYork"}, "value", "America/New_York"),
        ("calendars", {"calendar_id": "uk"}, {"time_zone": "Europe/Londn"}, "time_zone", "Europe/London"),
        ("calendars", {"calendar_id": "uk"}, {"is_default": "true"}, "is_default", "exactly one"),
        ("calendars", {"calendar_id": "uk"}, {"holiday_country": "XX"}, "holiday_country", "no known holidays"),
        ("calendar_hours", {"calendar_id": "uk"}, {"closes_at": "25:00"}, "closes_at", "HH:MM"),
        ("calendar_hours", {"calendar_id": "uk"}, {"iso_weekday": "8"}, "iso_weekday", "Sunday"),
        ("rejection_reasons", {"raw_reason": "Wrong title"}, {"disposition": "drop"}, "disposition", "recycle"),
        ("status_mappings", {"raw_value": "Accepted"}, {"claimed_stage": "sql"}, "claimed_stage", "raw, mql, sal"),
        ("attribution_models", {"model": "linear"}, {"remainder_weight": "0.9"}, None, "add up to 0.9"),
        ("domain_class_overrides", {"domain": "bt.com"}, {"domain_class": "firm"}, "domain_class", "corporate"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(
    folder: Path, name: str, row: dict, cells: dict, column: str | None, says: str
) -> None:
    number = row_of(name, **row)
    rewrite(folder, name, number, **cells)
    found = [
        p for p in check(folder) if p.file == f"{name}.csv" and p.column == column and p.row in (number, None)
    ]
    assert found, [str(p) for p in check(folder)]
    assert says in str(found[0])


def test_stays_that_overlap_are_found(folder: Path) -> None:
    stay = {
        "account_ref": "salesforce:account:1",
        "target_tier": "1",
        "sales_agreed_by": "S",
        "marketing_agreed_by": "M",
    }
    append(folder, "target_accounts", added_on="2026-01-01", removed_on="2026-03-01", **stay)
    append(folder, "target_accounts", added_on="2026-03-01", **stay)
    assert check(folder) == []
    append(folder, "target_accounts", added_on="2026-02-01", removed_on="2026-02-02", **stay)
    assert [(p.row, "overlaps" in p.message) for p in check(folder)] == [(4, True)]


def test_openings_that_overlap_are_found(folder: Path) -> None:
    append(folder, "calendar_hours", calendar_id="uk", iso_weekday="1", opens_at="16:59", closes_at="18:00")
    assert "still open" in str(check(folder)[0])


def test_an_opening_past_midnight_may_meet_the_next_day(folder: Path) -> None:
    rewrite(
        folder,
        "calendar_hours",
        row_of("calendar_hours", calendar_id="uk", iso_weekday="1"),
        closes_at="08:59",
    )
    assert check(folder) == []
    rewrite(
        folder,
        "calendar_hours",
        row_of("calendar_hours", calendar_id="uk", iso_weekday="1"),
        closes_at="09:00",
    )
    assert check(folder) != [], "an opening of 24 hours that ends when it began is no opening"


def test_shape_of_the_file(folder: Path) -> None:
    path = folder / "role_mailboxes.csv"
    path.write_text("local_prt\ninfo\n", encoding="utf-8")
    assert {"local_part", "local_prt"} <= {p.column for p in check(folder)}
    path.unlink()
    assert "missing" in str(check(folder)[0])
    path.write_bytes(b"local_part\n\xff\xfe\n")
    assert "UTF-8" in str(check(folder)[0])
    path.write_text("local_part\ninfo,more\n", encoding="utf-8")
    assert "2 cells" in str(check(folder)[0])


def test_a_byte_order_mark_and_windows_lines_are_read(folder: Path) -> None:
    path = folder / "settings.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folder) == []


def test_hints_do_not_stop_a_build(folder: Path) -> None:
    append(
        folder,
        "target_accounts",
        account_ref="salesforce:account:1",
        added_on="2026-01-01",
        sales_agreed_by="S",
    )
    assert check(folder) == []
    assert any("agreement" in str(hint) for hint in hints(folder))


def test_the_command_says_so_and_fails(folder: Path) -> None:
    assert CliRunner().invoke(app, ["check", str(folder)]).exit_code == 0
    rewrite(folder, "settings", 2, value="Mars/Olympus")
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert result.exit_code == 1
    assert "settings.csv, row 2, value" in result.output


def test_what_can_never_hold_is_asked_about(folder: Path) -> None:
    senior = {"attribute": "seniority", "operator": "equals", "value": "vp"}
    rule = {"version": "2", "stage": "mqa", "clause": "x", "subject": "account"}
    append(folder, "stage_rules", **rule, condition="1", kind="attribute", **senior)
    append(
        folder, "stage_rules", **rule, condition="2", kind="hand_raiser", window_days="1", min_channels="2"
    )
    append(folder, "scoring_rules", version="2", subject="account", rule_id="x", component="firmographic",
           kind="attribute", points="1", **senior)  # fmt: skip
    append(folder, "icp_criteria", version="2", criterion_id="x", is_disqualifier="false", **senior)
    asked = [
        str(doubt) for doubt in hints(folder) if "never passes" in str(doubt) or "min_channels" in str(doubt)
    ]
    files = sorted(doubt.split(",")[0] for doubt in asked)
    assert files == ["icp_criteria.csv", "scoring_rules.csv", "stage_rules.csv", "stage_rules.csv"]
    assert check(folder) == []
    append(folder, "title_rules", priority="1", pattern="&", seniority="vp", buying_role="user")
    [problem] = check(folder)
    assert "no word" in problem.message
