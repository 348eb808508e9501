"""The lead's story, told from a small published warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration import explain


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "concord.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema core; create schema definitions; create schema feedback;
            create table core.dim_leads as
                select 'new' as lead_id, 'Ann [red]' || chr(27) || '[2J' as full_name,
                    'ann@x.com' as email, 'CEO' as title;
            create table core.bridge_lead_ids as select 'old' as lead_id, 'new' as current_lead_id;
            create table core.bridge_lead_records as select 'salesforce:lead:1' as record_key, 'new' as lead_id;
            create table core.fct_lifecycle_transitions as
                select * from (values
                    ('new', 1, 1, null, 'raw', timestamp '2026-01-01', 1, 'lead_created', 'salesforce:lead:1', false),
                    ('new', 1, 2, 'raw', 'mql', timestamp '2026-01-03', 1, 'hand_raiser', 'form:1', false),
                    ('new', 2, 3, 'mql', 'raw', timestamp '2026-01-04', 1, 'crm_fact:rejected', 'history:1', false)
                ) as t (lead_id, cycle_number, transition_number, from_stage, to_stage, occurred_at,
                        definition_version, trigger, evidence, is_inferred);
            create table core.fct_engagements as
                select * from (values
                    ('new', 'a', timestamp '2026-01-02', 'email_opened', null, 'open:1', false),
                    ('new', 'b', timestamp '2026-01-03', 'demo_requested', '/demo', 'form:1', false)
                ) as t (lead_id, engagement_id, occurred_at, engagement_type, asset, source_record_key, is_bot);
            create table core.fct_lead_scores as
                select * from (values
                    ('new', timestamp '2026-01-01', 10.0, 10.0, 0.0, 0.0),
                    ('new', timestamp '2026-01-03', 110.0, 10.0, 100.0, 0.0)
                ) as t (lead_id, valid_from, score, firmographic_score, engagement_score, intent_score);
            create table definitions.stage_rules as
                select 1 as version, 'lead' as subject, 'mql' as stage, 'hand_raiser' as clause, 1 as condition,
                    'Asked to talk to sales' as description;
            create table feedback.fct_rejections as
                select 'new' as lead_id, 1 as cycle_number, timestamp '2026-01-04' as rejected_at, 'u1' as rejected_by,
                    'not_ready' as reason_code, 'Not ready' as raw_reason, 'recycle' as disposition;
        """)
    return path


@pytest.mark.parametrize("reference", ["new", "old", "salesforce:lead:1", "ANN@x.com"])
def test_a_lead_is_found_by_any_of_its_names(published: Path, reference: str) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        assert explain.find_lead(connection, reference) == "new"


def test_the_story_is_in_order_and_says_what_counted_and_why(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        story = explain.tell(connection, "new")
    assert [event.kind for event in story.events] == ["stage", "skipped", "engagement", "stage", "stage"]
    demo, mql, raw = story.events[2:]
    assert demo.counted and demo.text == "demo_requested – /demo"
    assert "rule of version 1 – hand_raiser: Asked to talk to sales" in mql.details
    assert "score 10 → 110" in mql.details
    assert any("Not ready (not_ready): recycle" in detail for detail in raw.details)
    assert story.verdict[0] == (
        "It is raw since 2026-01-04 00:00 UTC, in cycle 2, because the CRM says: rejected"
        " (version 1 of the definitions)."
    )
    assert any("Asked to talk to sales" in line for line in story.verdict)


def test_the_version_that_counts_is_that_of_the_published_instant(published: Path) -> None:
    """Not today's: a release of March read in November is under the rules of March, by New York's calendar."""
    with duckdb.connect(str(published)) as connection:
        connection.execute("""
            create schema publication;
            create table publication.release as select timestamp '2026-03-01 04:30:00' as as_of;
            create table definitions.settings as
                select 'reporting_time_zone' as setting, 'America/New_York' as value;
            create table definitions.definition_versions as
                select * from (values
                    (1, date '2015-01-01', 'Sally', 'Mark'),
                    (2, date '2026-03-01', 'Sally', 'Mark'),
                    (3, date '2020-01-01', null, 'Mark')
                ) as t (version, effective_from, sales_signed_by, marketing_signed_by);
            insert into definitions.stage_rules values (2, 'lead', 'mql', 'score', 1, 'Lead score of at least 75');
        """)
    with duckdb.connect(str(published)) as connection:
        before = explain.tell(connection, "new").verdict
        connection.execute("update publication.release set as_of = timestamp '2026-03-01 05:00:00'")
        after = explain.tell(connection, "new").verdict
    assert any("(version 1)" in line for line in before)
    assert any("(version 2)" in line for line in after)
    assert not any("75" in line for line in before)


def test_text_from_data_cannot_act_on_the_terminal(published: Path) -> None:
    result = CliRunner().invoke(explain.app, ["--lead", "new", "--database", str(published)])
    assert result.exit_code == 0, result.output
    assert "\x1b[2J" not in result.output
    assert "[red]" in result.output


def test_an_unknown_lead_says_what_to_give(published: Path) -> None:
    result = CliRunner().invoke(explain.app, ["--lead", "nobody", "--database", str(published)])
    assert result.exit_code == 1
    assert "record key" in result.output


def test_a_missing_warehouse_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(explain.app, ["--lead", "x", "--database", str(tmp_path / "none.duckdb")])
    assert result.exit_code == 1
    assert "concord nightly" in result.output
