"""CRM facts: what reps' statuses, meetings and opportunities say about a lead, and when."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests.reference.crm_facts import Change, value_at, values

T0 = datetime(2026, 3, 1)
AS_OF = datetime(2026, 7, 1)
STATUSES = ["New", "Working", "Accepted", "Rejected", "Unqualified", "Something else", None]
FACTS = {"Working": "accepted", "Accepted": "accepted", "Rejected": "rejected", "Unqualified": "rejected"}
REASONS = ["Wrong title", "No budget", None]
LOADED = {"loaded_at": AS_OF, "first_loaded_at": AS_OF, "is_deleted": False}


def _history(rng: random.Random, choices: list[str | None], created: datetime) -> list[Change]:
    """Changes that follow each other, several at one instant, some after as_of, some before the record."""
    changes: list[Change] = []
    value = rng.choice(choices)
    at = created + timedelta(days=rng.choice([-1, 0, 0, 1, 5]))
    for _ in range(rng.choice([0, 0, 1, 2, 5])):
        new = rng.choice(choices)
        changes.append(Change(at, value, new))
        value = new
        at += timedelta(days=rng.choice([0, 0, 1, 20, 90]))
    return changes


def _leads(count: int) -> list[dict[str, Any]]:
    rng = random.Random(5)
    leads = []
    for n in range(count):
        created = T0 + timedelta(days=rng.randrange(20))
        status, reason = _history(rng, STATUSES, created), _history(rng, REASONS, created)
        leads.append(
            {
                "id": f"00Q{n:012d}",
                "created": created,
                "status": status,
                "reason": reason,
                "current": status[-1].new if status else rng.choice(STATUSES),
                "current_reason": reason[-1].new if reason else rng.choice(REASONS),
            }
        )
    return leads


def test_statuses_and_reasons_equal_a_walk(warehouse) -> None:
    leads = _leads(1200)
    warehouse.put(
        "staging.stg_salesforce__leads",
        [
            LOADED
            | {
                "salesforce_lead_id": lead["id"],
                "status": lead["current"],
                "rejection_reason": lead["current_reason"],
                "created_at": lead["created"],
            }
            for lead in leads
        ],
    )
    number = 0
    history = []
    for lead in leads:
        for field, changes in (("Status", lead["status"]), ("Rejection_Reason__c", lead["reason"])):
            for change in changes:
                number += 1
                history.append(
                    LOADED
                    | {
                        "salesforce_lead_history_id": f"017{number:012d}",
                        "salesforce_lead_id": lead["id"],
                        "field_name": field,
                        "old_value": change.old,
                        "new_value": change.new,
                        "changed_at": change.at,
                        "created_by_id": "005rep",
                    }
                )
    warehouse.put("staging.stg_salesforce__lead_history", random.Random(1).sample(history, len(history)))
    warehouse.put(
        "core.bridge_lead_records",
        [
            {"record_key": f"salesforce:lead:{lead['id']}", "lead_id": lead["id"], "is_excluded": False}
            for lead in leads
        ],
    )
    warehouse.run(
        "int_lifecycle__field_spans",
        "int_lifecycle__field_values",
        "int_lifecycle__status_history",
        "int_lifecycle__crm_facts",
    )

    expected_values, expected_facts = [], []
    for lead in leads:
        line = values(lead["created"], lead["current"], lead["status"], AS_OF)
        reasons = values(lead["created"], lead["current_reason"], lead["reason"], AS_OF)
        for value, start, end, inferred in line:
            expected_values.append((lead["id"], value, start, end, inferred))
            fact = FACTS.get(value)
            if fact:
                said = value_at(reasons, start) if fact == "rejected" else None
                expected_facts.append((lead["id"], fact, start, said, inferred))
    got = warehouse.rows("select * from intermediate.int_lifecycle__status_history")
    assert sorted(
        ((r["lead_id"], r["raw_value"], r["valid_from"], r["valid_to"], r["is_inferred"]) for r in got),
        key=str,
    ) == sorted(expected_values, key=str)
    facts = warehouse.rows("select * from intermediate.int_lifecycle__crm_facts")
    assert sorted(
        ((r["lead_id"], r["crm_fact"], r["occurred_at"], r["raw_reason"], r["is_inferred"]) for r in facts),
        key=str,
    ) == sorted(expected_facts, key=str)
    # At one instant the order is the history's own.
    for lead in leads:
        line = values(lead["created"], lead["current"], lead["status"], AS_OF)
        wanted = [FACTS[value] for value, *_ in line if value in FACTS]
        told = (
            sorted(
                (r["occurred_at"], r["source_order"], r["crm_fact"])
                for r in facts
                if r["lead_id"] == lead["id"]
            )
            if len(wanted) > 1
            else None
        )
        assert told is None or [fact for *_, fact in told] == wanted
    assert {r["actor_id"] for r in facts if not r["is_inferred"]} == {"salesforce:user:005rep"}


def test_hubspot_clears_a_stage_and_names_a_custom_one(warehouse) -> None:
    contact = {"hubspot_contact_id": "1", "created_at": T0, "lifecycle_stage": "777", "lead_status": "OPEN"}
    warehouse.put("staging.stg_hubspot__contacts", [LOADED | contact])
    warehouse.put(
        "staging.stg_hubspot__property_options",
        [
            {
                "property_name": "lifecyclestage",
                "option_value": "777",
                "option_label": "Nurtured",
                "is_deleted": False,
            }
        ],
    )
    moves = [(1, "lead"), (2, "customer"), (3, ""), (3.5, "lead"), (4, "777")]
    warehouse.put(
        "staging.stg_hubspot__contact_property_history",
        [
            LOADED
            | {
                "hubspot_contact_id": "1",
                "property_name": "lifecyclestage",
                "property_value": value,
                "changed_at": T0 + timedelta(days=day),
            }
            for day, value in moves
        ],
    )
    warehouse.put(
        "core.bridge_lead_records",
        [{"record_key": "hubspot:contact:1", "lead_id": "a", "is_excluded": False}],
    )
    warehouse.run(
        "int_lifecycle__field_spans", "int_lifecycle__field_values", "int_lifecycle__status_history"
    )
    rows = warehouse.rows(
        "select field, raw_value, valid_from, is_inferred from intermediate.int_lifecycle__status_history order by all"
    )
    assert [tuple(r.values()) for r in rows] == [
        ("lead_status", "OPEN", T0, True),
        ("lifecycle_stage", "Nurtured", T0 + timedelta(days=4), False),
        ("lifecycle_stage", "customer", T0 + timedelta(days=2), False),
        ("lifecycle_stage", "lead", T0 + timedelta(days=1), False),
        ("lifecycle_stage", "lead", T0 + timedelta(days=3.5), False),
    ]


def test_meetings_and_opportunities(warehouse) -> None:
    day = timedelta(days=1)
    event = LOADED | {"salesforce_who_id": "00Qlead", "owner_id": "005rep", "created_at": T0}
    warehouse.put(
        "staging.stg_salesforce__events",
        [
            event | {"salesforce_event_id": "booked", "started_at": T0 + day},
            event | {"salesforce_event_id": "logged", "started_at": T0 - day},
            event | {"salesforce_event_id": "child", "started_at": T0 + day, "is_child": True},
            event | {"salesforce_event_id": "ahead", "started_at": AS_OF + day},
        ],
    )
    warehouse.put(
        "core.fct_engagements",
        [
            {"lead_id": "a", "engagement_type": "sales_meeting", "occurred_at": T0 + day, "is_bot": False,
             "source_record_key": "salesforce:event:booked", "owner_id": "salesforce:user:005rep"},
            {"lead_id": "a", "engagement_type": "sales_call", "occurred_at": T0 + day, "is_bot": False},
        ],
    )  # fmt: skip
    warehouse.put(
        "core.bridge_lead_records",
        [{"record_key": "salesforce:lead:00Qlead", "lead_id": "a", "is_excluded": False}],
    )
    deal = {"loaded_at": AS_OF, "owner_id": "salesforce:user:005rep"}
    warehouse.put(
        "intermediate.int_opportunities__unified",
        [
            deal | {"opportunity_id": "open", "is_open": True, "is_won": False},
            deal | {"opportunity_id": "won", "is_open": False, "is_won": True, "closed_at": T0 + 5 * day},
            deal | {"opportunity_id": "lost", "is_open": False, "is_won": False, "closed_at": T0 + day,
                    "loss_reason": "Price"},
        ],
    )  # fmt: skip
    warehouse.put(
        "intermediate.int_opportunities__leads",
        [
            {"opportunity_id": key, "lead_id": "a", "linked_at": T0 + 2 * day, "loaded_at": AS_OF}
            for key in ("open", "won", "lost")
        ],
    )
    warehouse.run("int_lifecycle__crm_facts")
    rows = warehouse.rows(
        "select occurred_at, source_order // 1000000000 as kind, crm_fact, opportunity_id, raw_reason "
        "from intermediate.int_lifecycle__crm_facts order by occurred_at, source_order, opportunity_id"
    )
    # Meetings come before openings, and openings before closings.
    assert [tuple(r.values()) for r in rows] == [
        (T0, 2, "next_step_dated", None, None),
        (T0, 2, "next_step_dated", None, None),
        (T0 + day, 2, "meeting_held", None, None),
        (T0 + 2 * day, 3, "opportunity_created", "lost", None),
        (T0 + 2 * day, 3, "opportunity_created", "open", None),
        (T0 + 2 * day, 3, "opportunity_created", "won", None),
        # Whoever joins a lost opportunity learns its outcome on joining.
        (T0 + 2 * day, 4, "opportunity_lost", "lost", "Price"),
        (T0 + 5 * day, 4, "opportunity_won", "won", None),
    ]
