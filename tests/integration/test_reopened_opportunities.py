"""An opportunity that was lost, opened again and won or lost once more: the ledger keeps what happened between.

An opportunity's own row tells how it stands; the ledger of its leads and of its account tells every turn of it.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.landing import Landing, Published, published

STAMP = "2026-06-29T00:00:00Z"
CLOSED = {"Closed Lost": False, "Closed Won": True}
# The turns after its creation on 1 April.
TURNS = {
    1: [("04-10", "Closed Lost"), ("04-13", "Negotiation"), ("04-16", "Closed Won")],
    2: [("04-10", "Closed Lost"), ("04-13", "Negotiation")],
    3: [("04-10", "Closed Won"), ("04-13", "Negotiation"), ("04-16", "Closed Lost")],
    4: [("04-10", "Closed Lost"), ("04-16", "Closed Won")],
}
BACK = ["mql", "sal", "sqo", "opportunity"]
# (stage, day, cycle)
ENTERED = {
    1: [("lost", 10, 1), *((stage, 13, 2) for stage in BACK), ("customer", 16, 2)],
    2: [("lost", 10, 1), *((stage, 13, 2) for stage in BACK)],
    3: [("customer", 10, 1)],
    4: [("lost", 10, 1), *((stage, 16, 2) for stage in [*BACK, "customer"])],
}


def write(landing: Landing) -> None:
    ids = list(TURNS)
    flags = {"is_deleted": False, "system_modstamp": STAMP}
    landing.jsonl(
        "salesforce/account",
        *({"id": f"00100000000000{i}", "name": f"A{i}", "website": f"a{i}.com", "created_date": "2026-03-01T00:00:00Z"}
          | flags for i in ids),
    )  # fmt: skip
    landing.jsonl(
        "salesforce/contact",
        *({"id": f"00300000000000{i}", "email": f"c{i}@a{i}.com", "account_id": f"00100000000000{i}",
           "created_date": "2026-03-01T00:00:00Z"} | flags for i in ids),
    )  # fmt: skip
    landing.jsonl(
        "salesforce/opportunity",
        *({"id": f"00600000000000{i}", "account_id": f"00100000000000{i}", "name": "O", "stage_name": turns[-1][1],
           "is_closed": turns[-1][1] in CLOSED, "is_won": CLOSED.get(turns[-1][1], False), "close_date": "2026-04-16",
           "created_date": "2026-04-01T00:00:00Z"} | flags for i, turns in TURNS.items()),
    )  # fmt: skip
    landing.jsonl(
        "salesforce/opportunity_contact_role",
        *({"id": f"00K00000000000{i}", "opportunity_id": f"00600000000000{i}", "contact_id": f"00300000000000{i}",
           "created_date": "2026-04-01T00:00:00Z"} | flags for i in ids),
    )  # fmt: skip
    landing.jsonl(
        "salesforce/opportunity_history",
        *({"id": f"00800000000{i}{n:03}", "opportunity_id": f"00600000000000{i}", "stage_name": stage,
           "created_date": f"2026-{day}T00:00:00Z"}
          for i, turns in TURNS.items() for n, (day, stage) in enumerate([("04-01", "Prospecting"), *turns])),
    )  # fmt: skip
    landing.jsonl(
        "salesforce/opportunity_stage",
        *({"id": f"01J00000000000{n}", "api_name": stage, "master_label": stage, "is_closed": stage in CLOSED,
           "is_won": CLOSED.get(stage, False)} | flags
          for n, stage in enumerate(["Prospecting", "Negotiation", *CLOSED])),
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Published:
    landing = Landing(tmp_path_factory.mktemp("reopened") / "landing")
    write(landing)
    return published(landing)


@pytest.mark.parametrize("number", ENTERED)
def test_every_turn_of_an_opportunity_moves_its_lead(built: Published, number: int) -> None:
    rows = built.rows(
        "select to_stage, occurred_at, cycle_number from core.fct_lifecycle_transitions "
        "inner join core.bridge_lead_records using (lead_id) "
        f"where source_id = '00300000000000{number}' and occurred_at > '2026-04-02' order by transition_number"
    )
    wanted = [(stage, datetime(2026, 4, day), cycle) for stage, day, cycle in ENTERED[number]]
    assert [tuple(row.values()) for row in rows] == wanted


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, [("untracked", 10), ("opportunity", 13), ("customer", 16)]),
        (2, [("untracked", 10), ("opportunity", 13)]),
        (3, [("customer", 10)]),
        (4, [("untracked", 10), ("customer", 16)]),
    ],
)
def test_every_turn_of_an_opportunity_moves_its_account(
    built: Published, number: int, wanted: list[tuple[str, int]]
) -> None:
    rows = built.rows(
        "select to_stage, occurred_at from core.fct_account_stage_transitions as transitions "
        "inner join core.dim_accounts "
        f"using (account_id) where salesforce_account_id = '00100000000000{number}' "
        "and occurred_at > '2026-04-02' and not transitions.is_inferred order by transition_number"
    )
    assert [tuple(row.values()) for row in rows] == [(stage, datetime(2026, 4, day)) for stage, day in wanted]
