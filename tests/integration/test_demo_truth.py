"""The demo company through the whole night, every trap on, against the truth that was recorded when it was made.

The truth is a literal replay in plain Python that shares no code with the models; `is_exact` and `is_defined` are false
where the semantics leave an answer open.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from demo import DEFAULT_AS_OF, write_demo

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A published demo company, with the truth beside it as views."""
    folder = tmp_path_factory.mktemp("demo")
    landing = folder / "landing"
    write_demo(landing, leads=1200, months=10, seed=23)
    command = [sys.executable, "-m", "orchestration.cli", "nightly"]
    finished = subprocess.run(
        [*command, "--as-of", DEFAULT_AS_OF.replace(tzinfo=None).isoformat()],
        cwd=PROJECT,
        env=os.environ
        | {
            "CONCORD_WAREHOUSE": str(folder / "warehouse"),
            "CONCORD_LANDING": str(landing),
            "CONCORD_DEFINITIONS": str(landing / "_definitions"),
        },
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder}/warehouse/published/concord.duckdb' as w (read_only)")
        for path in sorted((landing / "_truth").glob("*.parquet")):
            connection.execute(f"create view true_{path.stem} as select * from '{path}'")
        connection.execute(
            "create table lead_of as select distinct true_person_id, lead_id from true_persons "
            "join w.core.bridge_lead_records using (record_key)"
        )
        yield connection


def _rows(night, sql: str) -> list[tuple]:
    return night.execute(sql).fetchall()


def test_every_source_record_is_on_one_lead(night) -> None:
    assert (
        _rows(
            night,
            "select record_key from true_persons left join w.core.bridge_lead_records as b using (record_key) "
            "where b.lead_id is null",
        )
        == []
    )


def _pairs(night, truth: str, true_id: str, bridge: str, found_id: str) -> tuple[int, int, int]:
    """Pairs of records that are one in both, only in the warehouse, only in truth."""
    return _rows(
        night,
        f"""
        with x as (
            select record_key, t.{true_id} as t, b.{found_id} as f
            from {truth} as t join w.core.{bridge} as b using (record_key)
        ), pairs as (
            select a.t = b.t as is_true, a.f = b.f as is_found
            from x as a join x as b on a.record_key < b.record_key and (a.t = b.t or a.f = b.f)
        )
        select count(*) filter (where is_true and is_found), count(*) filter (where not is_true),
            count(*) filter (where not is_found)
        from pairs
        """,
    )[0]


def test_people_are_resolved_with_precision_and_recall_of_one(night) -> None:
    both, only_found, only_true = _pairs(
        night, "true_persons", "true_person_id", "bridge_lead_records", "lead_id"
    )
    assert both > 500
    assert (only_found, only_true) == (0, 0)


def test_accounts_are_resolved_with_precision_and_recall_of_one(night) -> None:
    both, only_found, only_true = _pairs(
        night, "true_accounts", "true_account_id", "bridge_account_records", "account_id"
    )
    assert both > 100
    assert (only_found, only_true) == (0, 0)


def test_staff_and_test_records_are_excluded_and_nobody_else(night) -> None:
    assert (
        _rows(
            night,
            "select record_key from true_persons as t join w.core.bridge_lead_records as b using (record_key) "
            "where t.is_excluded <> b.is_excluded",
        )
        == []
    )


def test_every_lead_is_matched_to_its_account_by_the_rule_that_defines_it(night) -> None:
    wrong = _rows(
        night,
        """
        with account_of as (
            select distinct true_account_id, account_id
            from true_accounts join w.core.bridge_account_records using (record_key)
        )
        select p.true_person_id, p.match_method, b.match_method
        from true_person_accounts as p
        join lead_of using (true_person_id)
        left join w.core.bridge_lead_accounts as b using (lead_id)
        left join account_of as a using (true_account_id)
        where p.is_defined and not p.is_excluded
            and (
                p.match_method <> b.match_method
                or (p.match_method <> 'inferred' and a.account_id is distinct from b.account_id)
            )
        """,
    )
    assert wrong == []
    assert len(_rows(night, "select distinct match_method from w.core.bridge_lead_accounts")) >= 6


def test_the_ledger_is_the_replayed_one(night) -> None:
    key = "cycle_number, from_stage, to_stage, occurred_at, is_inferred, definition_version"
    truth = (
        f"select lead_id, {key} from true_stages join lead_of using (true_person_id) where is_exact "
        "and true_person_id not in (select true_person_id from true_stages where not is_exact)"
    )
    people = (
        "select lead_id from true_stages join lead_of using (true_person_id) "
        "group by lead_id having bool_and(is_exact)"
    )
    found = f"select lead_id, {key} from w.core.fct_lifecycle_transitions where lead_id in ({people})"
    assert _rows(night, f"select count(*) from ({truth})")[0][0] > 1500
    assert _rows(night, f"{truth} except all {found}") == []
    assert _rows(night, f"{found} except all {truth}") == []


def test_mql_decisions_have_the_recorded_outcome(night) -> None:
    compared = _rows(
        night,
        """
        select t.true_person_id, t.status, c.status
        from true_commitments as t
        join lead_of using (true_person_id)
        left join w.sla.fct_sla_clocks as c
            on c.lead_id = lead_of.lead_id
            and c.commitment_id = t.commitment_id
            and c.cycle_number = t.cycle_number
            and c.started_at = t.started_at
            and c.stopped_at is not distinct from t.stopped_at
        where t.is_exact
            -- A queue has no calendar of its own: only where the due instants agree must the outcomes.
            and (c.due_at = t.due_at or c.clock_id is null)
        """,
    )
    assert len(compared) > 200
    assert [row for row in compared if row[1] != row[2]] == []


def test_what_people_did_before_a_deal_is_there(night) -> None:
    # Bots, doubles and unmapped acts are no touches; everything the truth calls a touch must be an engagement.
    missing = _rows(
        night,
        """
        select t.opportunity_key, t.engagement_type, t.occurred_at
        from true_deal_touches as t
        join lead_of using (true_person_id)
        left join w.core.fct_engagements as e
            on e.lead_id = lead_of.lead_id
            and e.occurred_at = t.occurred_at
            and e.engagement_type = t.engagement_type
        where e.engagement_id is null
        """,
    )
    assert missing == []


def test_who_unsubscribed_is_opted_out_whatever_system_saw_it(night) -> None:
    unsubscribed = (
        "select l.lead_id, l.is_opted_out, r.source_system from true_traps as t "
        "join lead_of on t.record_keys = lead_of.true_person_id join w.core.dim_leads as l using (lead_id) "
        "join w.core.bridge_lead_records as r using (lead_id) where t.trap = 'unsubscribe'"
    )
    systems = _rows(night, f"select distinct source_system from ({unsubscribed})")
    assert {name for (name,) in systems} >= {"hubspot", "pardot"}
    assert _rows(night, f"select distinct lead_id from ({unsubscribed}) where not is_opted_out") == []
