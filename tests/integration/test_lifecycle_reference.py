"""The ledger equals a walk through every lead's events in time, over many random companies."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.harness import Warehouse
from tests.reference.companies import Company, us

LEDGER = [
    "cycle_number",
    "from_stage",
    "to_stage",
    "occurred_at",
    "definition_version",
    "trigger",
    "is_inferred",
    "reason_code",
]


# The lifecycle engine; what it reads is filled in by the fixtures.
MODELS = [
    "path:models/intermediate/definitions",
    "int_lifecycle__rejection_reasons",
    "int_lifecycle__target_spans",
    "int_lifecycle__icp_spans",
    "int_lifecycle__titles",
    "int_lifecycle__lead_*",
    "int_lifecycle__account_*",
    "fct_lifecycle_transitions",
    "fct_account_stage_transitions",
    "fct_lead_scores",
    "fct_account_scores",
]


def instant(value: Any) -> int:
    from datetime import UTC

    return us(value.replace(tzinfo=UTC))


def fill(warehouse: Warehouse, company: Company) -> None:
    for table, rows in company.tables().items():
        warehouse.put(table, rows)


def ledger_of(warehouse: Warehouse, table: str, subject: str) -> dict[str, list[dict[str, Any]]]:
    ledger: dict[str, list[dict[str, Any]]] = {}
    for row in warehouse.rows(f"select * from {table} order by {subject}_id, transition_number"):
        row["occurred_at"] = instant(row["occurred_at"])
        ledger.setdefault(row[f"{subject}_id"], []).append({name: row[name] for name in LEDGER})
    return ledger


def scores_of(
    warehouse: Warehouse, table: str, subject: str
) -> dict[str, list[tuple[int, dict[str, float]]]]:
    scores: dict[str, list[tuple[int, dict[str, float]]]] = {}
    for row in warehouse.rows(f"select * from {table} order by {subject}_id, valid_from"):
        scores.setdefault(row[f"{subject}_id"], []).append(
            (
                instant(row["valid_from"]),
                {
                    "firmographic": row["firmographic_score"],
                    "engagement": row["engagement_score"],
                    "intent": row["intent_score"],
                    "total": row["score"],
                },
            )
        )
    return scores


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ledger_and_scores_equal_the_walk(template: Warehouse, tmp_path: Path, seed: int) -> None:
    company = Company(Random(seed), lead_count=120)
    warehouse = Warehouse.from_template(template, tmp_path / "warehouse")
    fill(warehouse, company)
    warehouse.run(*MODELS)
    company.world.walk()
    ledger = ledger_of(warehouse, "core.fct_lifecycle_transitions", "lead")
    scores = scores_of(warehouse, "core.fct_lead_scores", "lead")
    for lead in company.leads:
        walk = company.world.lead_walks[lead.key]
        assert ledger[lead.key] == walk.transitions, (seed, lead.key)
        assert scores.get(lead.key, []) == walk.scores, (seed, lead.key)
    account_ledger = ledger_of(warehouse, "core.fct_account_stage_transitions", "account")
    account_scores = scores_of(warehouse, "core.fct_account_scores", "account")
    for account in company.accounts:
        account_walk = company.world.account_walks[account.key]
        assert account_ledger[account.key] == account_walk.transitions, (seed, account.key)
        assert account_scores.get(account.key, []) == account_walk.scores, (seed, account.key)
