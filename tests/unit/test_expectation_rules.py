"""Rules, thresholds and the shapes in which results travel; nothing here runs Great Expectations."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from expectations.dagster_checks import check_results, check_specs
from expectations.dbt_results import DbtResultsMissing, read_run_results
from expectations.results import CheckReport, CheckResult
from expectations.rules import (
    PROJECT,
    SEED,
    Rule,
    ThresholdsInvalid,
    all_rules,
    checks,
    format_number,
    parse_thresholds,
    read_thresholds,
)

SEED_FILE = PROJECT / "seeds" / "definitions" / SEED


def threshold(**changes: str) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "suite": "s",
        "expectation": "r",
        "segment": "all",
        "threshold": "0.1",
        "minimum_rows": "5",
        "severity": "warning",
        "owner": "somebody",
    }
    return row | changes


def rule(**changes: object) -> Rule:
    fields: dict[str, object] = {
        "suite": "s",
        "name": "r",
        "schema": "core",
        "table": "t",
        "sentence": "at most {threshold}",
        "query": "select a as row_key, b > $threshold and n >= $minimum_rows as is_failing from {batch} as t",
    }
    return Rule(**(fields | changes))  # type: ignore[arg-type]


def test_every_rule_has_a_threshold_and_every_threshold_a_rule() -> None:
    thresholds = read_thresholds(SEED_FILE)
    made = checks(all_rules(), thresholds)
    assert {(c.rule.suite, c.rule.name) for c in made} == {(r.suite, r.name) for r in all_rules()}
    assert len({(c.rule.suite, c.name) for c in made}) == len(made) == len(thresholds)


def test_rules_hold_no_personal_data_in_their_keys() -> None:
    for each in all_rules():
        key = re.findall(r"(\S.*) as row_key", each.query)[0]
        assert not re.search(r"\b(e?mail|phone|(first|last|full)_name)\b", key), each.name


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"threshold": "a lot"}, "no number"),
        ({"severity": "fatal"}, "blocking or warning"),
        ({"owner": ""}, "owner is empty"),
        ({"segment": "x' or 1=1 --"}, "letters, digits"),
    ],
)
def test_a_threshold_that_cannot_be_applied_is_refused_by_row(changes: dict[str, str], says: str) -> None:
    with pytest.raises(ThresholdsInvalid, match=says) as caught:
        parse_thresholds([threshold(), threshold(expectation="other", **changes)], "file.csv")
    assert "row 3" in str(caught.value)


def test_a_threshold_without_a_rule_is_refused() -> None:
    with pytest.raises(ThresholdsInvalid, match=r"no rule s\.r; known rules: s\.other"):
        checks([rule(name="other")], parse_thresholds([threshold()], SEED))
    with pytest.raises(ThresholdsInvalid, match="has no segments"):
        checks([rule()], parse_thresholds([threshold(segment="hubspot")], SEED))
    with pytest.raises(ThresholdsInvalid, match="already"):
        parse_thresholds([threshold(), threshold()], SEED)


def test_segments_share_the_rows_out_without_overlap() -> None:
    rows = [threshold(), threshold(segment="hubspot", threshold="0.2")]
    general, special = checks([rule(has_segments=True)], parse_thresholds(rows, SEED))
    assert "segment not in ('hubspot')" in general.rows_query("2026-01-01")
    assert special.rows_query("2026-01-01").endswith("where segment = 'hubspot'")
    assert (general.name, special.name) == ("r", "r__hubspot")
    assert "b > 0.2 and n >= 5" in special.rows_query("2026-01-01")


def test_numbers_read_as_people_write_them() -> None:
    assert format_number(0.05, "share") == "5 %"
    assert format_number(0, "share") == "0 %"
    assert format_number(72, "hours") == "72 hours"
    assert format_number(1234567, "number") == "1,234,567"


def result(**changes: object) -> CheckResult:
    fields: dict[str, object] = {
        "suite": "s",
        "expectation": "r",
        "segment": "all",
        "schema_name": "core",
        "table_name": "dim_leads",
        "column_name": None,
        "status": "failed",
        "is_blocking": True,
        "observed": "3",
        "threshold": "0",
        "failing_rows": 3,
        "owner": "revenue_operations",
        "sentence": "no lead is lost",
        "failing_keys": ("lead1", "lead2"),
    }
    return CheckResult(**(fields | changes))  # type: ignore[arg-type]


def test_a_failure_says_which_rows_of_which_table_broke_which_rule() -> None:
    text = str(result())
    assert text == (
        "core.dim_leads broke “no lead is lost” in 3 rows "
        "(observed 3, allowed 0; s.r, revenue_operations): lead1, lead2, …"
    )


def test_only_blocking_failures_close_the_gate() -> None:
    report = CheckReport("run", datetime(2026, 1, 1), [result(status="warned", is_blocking=False)])
    assert report.ok
    assert len(report.warnings) == 1
    assert not CheckReport("run", datetime(2026, 1, 1), [result(status="error")]).ok
    assert CheckReport("run", datetime(2026, 1, 1), [result(status="error", is_blocking=False)]).ok
    assert CheckReport("run", datetime(2026, 1, 1), [result(status="skipped")]).ok


def test_dagster_knows_every_check_before_it_runs() -> None:
    specs = check_specs()
    keys = {(spec.asset_key, spec.name) for spec in specs}
    assert len(keys) == len(specs) == len(read_thresholds(SEED_FILE))
    report = CheckReport(
        "run",
        datetime(2026, 1, 1),
        [
            result(suite=s.metadata["suite"], expectation="x", segment="all", table_name=s.asset_key.path[-1])
            for s in specs[:1]
        ],
    )
    (told,) = check_results(report)
    assert told.passed is False
    assert told.metadata["failing_keys"].value == "lead1, lead2"


def test_a_result_goes_to_the_check_that_announced_it() -> None:
    made = checks(all_rules(), read_thresholds(SEED_FILE))
    report = CheckReport(
        "run",
        datetime(2026, 1, 1),
        [
            result(
                suite=c.rule.suite,
                expectation=c.rule.name,
                segment=c.segment,
                schema_name=c.rule.schema,
                table_name=c.rule.table,
            )
            for c in made
        ],
    )
    announced = {(spec.asset_key, spec.name) for spec in check_specs()}
    assert {(told.asset_key, told.check_name) for told in check_results(report)} == announced


def test_dbt_results_become_checks(tmp_path: Path) -> None:
    model = {
        "resource_type": "model",
        "schema": "core",
        "alias": "dim_leads",
        "name": "dim_leads",
        "group": "ops",
    }
    test = {
        "resource_type": "test",
        "name": "not_null_dim_leads_lead_id",
        "attached_node": "model.concord.dim_leads",
        "column_name": "lead_id",
        "config": {"severity": "ERROR"},
        "test_metadata": {"name": "not_null", "kwargs": {"column_name": "lead_id"}},
        "depends_on": {"nodes": ["model.concord.dim_leads"]},
    }
    warning = test | {"name": "soft", "config": {"severity": "warn"}, "description": "Leads have an owner."}
    nodes = {"model.concord.dim_leads": model, "test.a": test, "test.b": warning}
    nodes["unit_test.c"] = test | {"resource_type": "unit_test"}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes, "sources": {}}))
    ran = [
        {"unique_id": "model.concord.dim_leads", "status": "success"},
        {"unique_id": "test.a", "status": "fail", "failures": 2, "message": "Got 2 results"},
        {"unique_id": "test.b", "status": "warn", "failures": 1, "message": None},
        {"unique_id": "unit_test.c", "status": "pass"},
    ]
    (tmp_path / "run_results.json").write_text(json.dumps({"results": ran}))
    hard, soft = read_run_results(tmp_path / "run_results.json")
    assert (hard.status, hard.table, hard.failing_rows, hard.owner) == ("failed", "core.dim_leads", 2, "ops")
    assert hard.sentence == "lead_id is never null"
    assert hard.blocks
    assert (soft.status, soft.is_blocking, soft.sentence) == ("warned", False, "Leads have an owner")


def test_missing_dbt_results_say_what_writes_them(tmp_path: Path) -> None:
    with pytest.raises(DbtResultsMissing, match="dbt build"):
        read_run_results(tmp_path / "run_results.json")


def test_raw_rules_look_at_an_existing_schema_that_dbt_reads(tmp_path: Path) -> None:
    project = tmp_path / "dbt_project.yml"
    project.write_text(
        "vars: {salesforce_schema: fivetran_sf, hubspot_schema: airbyte, source_tables: {hubspot.contact: contacts}}"
    )
    usual, moved = all_rules(), all_rules(project)
    assert {rule.name for rule in usual} == {rule.name for rule in moved}
    places = {rule.name: (before.relation, rule.relation) for before, rule in zip(usual, moved, strict=True)}
    assert places["salesforce_lead_shares_email"] == ("raw_salesforce.lead", "fivetran_sf.lead")
    assert places["hubspot_contact_shares_email"] == ("raw_hubspot.contact", "airbyte.contacts")
    assert places["marketo_lead_shares_email"] == ("raw_marketo.lead", "raw_marketo.lead")
    assert all(after.is_raw == before.is_raw for before, after in zip(usual, moved, strict=True))
