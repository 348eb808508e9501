"""Scores and stages that are worked out anew for who changed equal a build from scratch, row for row."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.harness import Warehouse
from tests.integration.test_lifecycle_reference import MODELS
from tests.reference.companies import Company

Tables = dict[str, list[dict[str, Any]]]

ENDURANCE = "CONCORD_TEST_NIGHTS" in os.environ
PUBLIC = (
    "core.fct_lifecycle_transitions",
    "core.fct_account_stage_transitions",
    "core.fct_lead_scores",
    "core.fct_account_scores",
    "core.fct_status_conflicts",
    "feedback.fct_rejections",
    "alignment.rpt_definition_what_if",
    "alignment.rpt_definition_what_if_accounts",
)
LEAD_KEYED = (
    "intermediate.int_people__leads",
    "core.bridge_lead_accounts",
    "core.fct_engagements",
    "intermediate.int_lifecycle__crm_facts",
)


def later_data(random: Random, tables: Tables) -> Tables:
    """What a night brings: late and corrected engagements, a person gone, moves between accounts, corrected facts."""
    changed = copy.deepcopy(tables)
    leads = [row["lead_id"] for row in changed["intermediate.int_people__leads"]]
    gone = set(random.sample(leads, 4))
    for table in LEAD_KEYED:
        changed[table] = [row for row in changed[table] if row["lead_id"] not in gone]
    accounts = [row["account_id"] for row in changed["intermediate.int_accounts__accounts"]]
    for row in random.sample(changed["core.bridge_lead_accounts"], 6):
        row["account_id"] = random.choice([None, *accounts])
    for row in random.sample(changed["core.fct_engagements"], 12):
        row["is_bot"] = not row["is_bot"]
    for row in random.sample(changed["intermediate.int_lifecycle__crm_facts"], 4):
        row["raw_reason"] = None
    for row in random.sample(changed["intermediate.int_people__records"], 5):
        row["title"] = "Chief Financial Officer"
    return changed


def without_late(random: Random, tables: Tables) -> Tables:
    """The same data before one engagement in six had arrived."""
    earlier = copy.deepcopy(tables)
    earlier["core.fct_engagements"] = [
        row for row in earlier["core.fct_engagements"] if random.random() > 1 / 6
    ]
    return earlier


def loaded_again(random: Random, tables: Tables) -> Tables:
    """Some facts were told by a later load and by somebody else: evidence of what stays as it was."""
    changed = copy.deepcopy(tables)
    for row in random.sample(changed["intermediate.int_lifecycle__crm_facts"], 24):
        row.update(known_at=row["known_at"] + timedelta(days=1), actor_id="salesforce:user:other")
    return changed


def other_rules(random: Random, tables: Tables) -> Tables:
    """Half of the scoring rows of the versions are worth something else."""
    changed = copy.deepcopy(tables)
    for row in changed["definitions.scoring_rules"]:
        if random.random() < 0.5:
            row["points"] = "7"
    return changed


def nights(random: Random, tables: Tables) -> Iterator[tuple[str, str, Tables]]:
    """Each night's name, instant and data; in `make endurance` a last one goes back to the data of the first."""
    first = without_late(random, tables)
    second = later_data(random, tables)
    yield "first", "2026-04-20T00:00:00", first
    yield "late and corrected, and weeks later", "2026-05-28T12:00:00", second
    if ENDURANCE:
        yield "other rules, back again", "2026-05-04T00:00:00", other_rules(random, first)


def whose_rows_differ(rows: list[dict[str, Any]], before: list[dict[str, Any]], key: str) -> set[Any]:
    """The `key` of every row that stands in one of the lists only."""
    told, told_before = ({str(row): row[key] for row in known} for known in (rows, before))
    return {(told | told_before)[row] for row in told.keys() ^ told_before.keys()}


def affected_companies(tables: Tables, before: Tables, dated: set[Any]) -> list[dict[str, Any]]:
    """All records of an account of which one says something else than before, or has a change in `dated`."""
    records, bridge = "intermediate.int_accounts__records", "core.bridge_account_records"
    accounts = {row["record_key"]: row["account_id"] for row in tables[bridge]}
    changed = {
        key
        for table in (records, bridge)
        for key in whose_rows_differ(tables[table], before.get(table, []), "record_key")
    }
    changed |= {row["record_key"] for row in tables[records] if row["record_key"].split(":")[2] in dated}
    affected = {account for key, account in accounts.items() if key in changed}
    return [
        {"record_key": key, "account_id": account} for key, account in accounts.items() if account in affected
    ]


def fill(warehouse: Warehouse, tables: Tables, before: Tables | None = None, until: str = "") -> None:
    """Put the tables in, and what identity and engagements would tell of them: whose records or acts are not as before.

    So do a record with a change dated between the instant of the last build and `until`, and a lead that came or went.
    No engagement is told that has not happened.
    """
    people, bridge = "intermediate.int_people__records", "core.bridge_lead_records"
    persons, engagements = "intermediate.int_people__leads", "core.fct_engagements"
    happened, happened_before = (
        [row for row in known[engagements] if row["occurred_at"] <= datetime.fromisoformat(instant)]
        for known, instant in (
            (tables, until or warehouse.as_of),
            (before or {engagements: []}, warehouse.as_of),
        )
    )
    for table, rows in tables.items():
        warehouse.put(table, happened if table == engagements else rows)
    said, said_before = (
        {row["record_key"]: row for row in known[people]} for known in (tables, before or {people: []})
    )
    instants = sorted(
        datetime.fromisoformat(instant) for instant in (warehouse.as_of, until or warehouse.as_of)
    )
    dated = {
        value
        for table, rows in tables.items()
        if table.startswith("staging.")
        for row in rows
        for value in row.values()
        if instants[0] < row["changed_at"] <= instants[1]
    }
    leads = {row["record_key"]: row["lead_id"] for row in tables[bridge]}
    present, present_before = (
        {row["lead_id"] for row in known[persons]} for known in (tables, before or {persons: []})
    )
    affected = (present ^ present_before) | {
        leads[key] for key, row in said.items() if said_before.get(key) != row or row["source_id"] in dated
    }
    warehouse.put(
        "intermediate.int_people__affected",
        [row | {"lead_id": leads[key]} for key, row in said.items() if leads[key] in affected],
    )
    warehouse.put("intermediate.int_accounts__affected", affected_companies(tables, before or {}, dated))
    acting = whose_rows_differ(happened, happened_before, "lead_id")
    warehouse.put("intermediate.int_engagements__subjects", [{"subject_id": lead} for lead in acting if lead])
    warehouse.as_of = until or warehouse.as_of


@pytest.fixture
def kept(template: Warehouse, tmp_path: Path) -> Warehouse:
    """The warehouse that goes on from night to night."""
    return Warehouse.from_template(template, tmp_path / "kept")


def test_nights_equal_builds_from_scratch(template: Warehouse, kept: Warehouse, tmp_path: Path) -> None:
    random = Random(11)
    tables = Company(random, lead_count=90).tables()
    previous: dict[str, list[str]] = {}
    before: Tables | None = None
    for number, (name, as_of, data) in enumerate(nights(random, tables)):
        fresh = Warehouse.from_template(template, tmp_path / f"fresh{number}")
        for warehouse, from_scratch in ((kept, number == 0), (fresh, True)):
            fill(warehouse, data, before, until=as_of)
            warehouse.run(*MODELS, full_refresh=from_scratch)
        before = data
        expected = fresh.contents(PUBLIC)
        assert kept.contents(PUBLIC) == expected, name
        # A night that moves nothing would prove nothing.
        assert expected["core.fct_lead_scores"] != previous.get("core.fct_lead_scores"), name
        previous = expected


def as_known(tables: Tables, as_of: str) -> Tables:
    """What the sources could tell at an instant: nothing that had not happened."""
    instant = datetime.fromisoformat(as_of)
    known = copy.deepcopy(tables)
    for table, column in (
        ("intermediate.int_people__leads", "created_at"),
        ("core.fct_engagements", "occurred_at"),
        ("intermediate.int_lifecycle__crm_facts", "occurred_at"),
        ("intermediate.int_opportunities__unified", "created_at"),
    ):
        known[table] = [row for row in known[table] if row[column] is None or row[column] <= instant]
    leads = {row["lead_id"] for row in known["intermediate.int_people__leads"]}
    for table in LEAD_KEYED:
        known[table] = [row for row in known[table] if row["lead_id"] in leads]
    for row in known["intermediate.int_opportunities__unified"]:
        if row["closed_at"] is not None and row["closed_at"] > instant:
            row.update(is_open=True, is_won=False, closed_at=None)
    return known


def stored_spans(warehouse: Warehouse) -> dict[str, list[str]]:
    """Rows of the models that go on from the last instant, under keys that any build gives."""
    by_epoch = [
        f"{subject}_{spans}"
        for subject in ("lead", "account")
        for spans in ("counter_steps", "score_steps", "rule_spans")
    ]
    spans = {
        name: warehouse.rows(
            f"select numbers.subject_id, epoch_key - epoch_base as start, spans.* exclude (epoch_key) "
            f"from intermediate.int_lifecycle__{name} as spans "
            f"join intermediate.int_subjects__numbers as numbers "
            f"on epoch_key - epoch_key % {2**20} = epoch_base"
        )
        for name in [*by_epoch, "account_people_spans"]
    } | {
        f"{subject}_{rows}": warehouse.rows(f"from intermediate.int_lifecycle__{subject}_{rows}")
        for subject in ("lead", "account")
        for rows in ("scores", "evidence")
    }
    return {name: sorted(map(str, rows)) for name, rows in spans.items()}


@pytest.mark.parametrize("seed", range(21, 27 if ENDURANCE else 22))
def test_who_goes_on_from_the_last_instant_comes_to_the_same(
    template: Warehouse, kept: Warehouse, tmp_path: Path, seed: int
) -> None:
    """Late, corrected and moved rows start somebody over, and so does a killed night; all others go on."""
    random = Random(seed)
    tables = Company(random, lead_count=90).tables()
    corrected = later_data(random, without_late(random, tables))
    before: Tables | None = None
    went_on: Counter[tuple[bool, bool]] = Counter()
    for number, (as_of, data) in enumerate(
        [
            ("2026-03-20T00:00:00", tables),
            ("2026-03-26T00:00:00", tables),
            ("2026-04-27T12:00:00", without_late(random, tables)),
            ("2026-05-02T12:00:00", tables),
            ("2026-05-20T00:00:00", corrected),
            ("2026-06-24T00:00:00", loaded_again(random, corrected)),
        ]
    ):
        known = as_known(data, as_of)
        fresh = Warehouse.from_template(template, tmp_path / f"fresh{number}")
        for warehouse in (kept, fresh):
            fill(warehouse, known, before, until=as_of)
        fresh.run(*MODELS)
        kept.run(*MODELS, "--exclude", "int_subjects__built", full_refresh=number == 0)
        went_on.update(
            (row["steps"], row["evidence"])
            for row in kept.rows(
                "select resume_us > -253402300800000000 as steps, evidence_resume_us > -253402300800000000 as evidence "
                "from intermediate.int_subjects__changed"
            )
            if number not in (0, 2)
        )
        # The second night is killed before its end; the next one starts over whom it left.
        if number != 1:
            kept.run("int_subjects__built", full_refresh=False)
        assert kept.contents(PUBLIC) == fresh.contents(PUBLIC), as_of
        assert stored_spans(kept) == stored_spans(fresh), as_of
        before = known
    # Nights on which everybody went one way would prove little.
    assert min(went_on[True, True], went_on[False, False]) > 20
    assert went_on[True, False] >= 5
    assert not went_on[False, True]


def test_only_who_changed_is_worked_out_anew(kept: Warehouse) -> None:
    """One person's late engagement concerns that person and that person's account; others' windows that end nobody."""
    random = Random(12)
    tables = Company(random, lead_count=60).tables()
    fill(kept, tables, until="2026-07-01T00:00:00")
    kept.run(*MODELS)
    scores = kept.rows("from core.fct_lead_scores")
    late = copy.deepcopy(tables)
    [first, *_] = [row for row in late["core.bridge_lead_accounts"] if row["account_id"]]
    model = next(row for row in late["core.fct_engagements"] if not row["is_bot"])
    late["core.fct_engagements"].append(
        model | {"engagement_id": "late", "source_record_key": "late", "lead_id": first["lead_id"]}
    )
    fill(kept, late, tables, until="2026-07-05T00:00:00")
    kept.run(*MODELS, "--exclude", "int_subjects__built", full_refresh=False)
    changed = kept.rows("select subject_type, subject_id from intermediate.int_subjects__changed")
    assert sorted((row["subject_type"], row["subject_id"]) for row in changed) == [
        ("account", first["account_id"]),
        ("lead", first["lead_id"]),
    ]
    moved = {row["lead_id"] for row in kept.rows("from core.fct_lead_scores") if row not in scores}
    assert moved - {first["lead_id"]}, "no window of another lead has ended"
    built = kept.contents(PUBLIC)
    kept.run(*MODELS, full_refresh=True)
    assert kept.contents(PUBLIC) == built


def test_an_unfinished_build_is_made_good(template: Warehouse, kept: Warehouse, tmp_path: Path) -> None:
    """Killed half-way, and then the change was taken back: nobody's data differs, but some rows do."""
    random = Random(13)
    tables = Company(random, lead_count=60).tables()
    fill(kept, tables, until="2026-05-04T00:00:00")
    kept.run(*MODELS)
    expected = kept.contents(PUBLIC)
    later = later_data(random, tables)
    fill(kept, later, tables)
    # The night came as far as the scores.
    kept.run(*MODELS, "--exclude", "int_subjects__built", "int_lifecycle__*_rule_spans+", full_refresh=False)
    ledger = "core.fct_lifecycle_transitions"
    assert kept.contents([ledger])[ledger] == expected[ledger]
    fill(kept, tables, later)
    kept.run(*MODELS, full_refresh=False)
    assert kept.contents(PUBLIC) == expected
