"""Who owned a lead when: histories in pairs, conversion, queues, cleared owners, merged records."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2026, 3, 2, 9)
ANNA, BEN, QUEUE = "005000000000001", "005000000000002", "00G000000000001"


def sf(owner: str) -> str:
    return ("salesforce:group:" if owner.startswith("00G") else "salesforce:user:") + owner


@pytest.fixture(scope="module")
def spans(template: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    from tests.harness import Warehouse

    warehouse = Warehouse.from_template(
        template, tmp_path_factory.mktemp("owners"), as_of="2026-07-01T00:00:00"
    )
    people: list[dict[str, Any]] = []
    lead_history: list[dict[str, Any]] = []
    contact_history: list[dict[str, Any]] = []
    hubspot_history: list[dict[str, Any]] = []

    def person(lead: str, key: str, owner: str | None, at: dt.datetime, deleted: bool = False) -> None:
        source, kind, source_id = key.split(":")
        people.append(
            {
                "lead_id": lead,
                "record_key": key,
                "source_system": source,
                "source_object": kind,
                "source_id": source_id,
                "owner_id": owner,
                "created_at": at,
                "is_deleted": deleted,
            }
        )

    def change(
        history: list[dict[str, Any]],
        kind: str,
        record: str,
        at: dt.datetime,
        old: str,
        new: str,
        number: int = 0,
    ) -> None:
        # As Salesforce writes it: one row with names, one with ids (18 characters).
        for suffix, before, after in (("a", "Old Name", "New Name"), ("b", old + "AAA", new + "AAA")):
            history.append(
                {
                    f"salesforce_{kind}_id": record,
                    f"salesforce_{kind}_history_id": f"{record}-{at:%m%d%H%M%S}-{number}{suffix}",
                    "field_name": "Owner",
                    "old_value": before,
                    "new_value": after,
                    "changed_at": at,
                    "is_deleted": False,
                }
            )

    # No history: the owner that the record shows, from its creation.
    person("plain", "salesforce:lead:00Q01", sf(ANNA), FIRST)
    # A queue first; two changes at one instant leave the last.
    person("queued", "salesforce:lead:00Q02", sf(ANNA), FIRST)
    change(lead_history, "lead", "00Q02", FIRST + DAY, QUEUE, BEN)
    change(lead_history, "lead", "00Q02", FIRST + 2 * DAY, BEN, QUEUE, 1)
    change(lead_history, "lead", "00Q02", FIRST + 2 * DAY, QUEUE, ANNA, 2)
    # Converted: the contact's owner from the contact's creation on.
    person("converted", "salesforce:lead:00Q03", sf(ANNA), FIRST)
    person("converted", "salesforce:contact:00301", sf(BEN), FIRST + 3 * DAY)
    change(contact_history, "contact", "00301", FIRST + 5 * DAY, ANNA, BEN)
    # HubSpot: unknown before the first entry, cleared in between.
    person("hubspot", "hubspot:contact:7", "hubspot:owner:9", FIRST)
    for at, value in ((FIRST + DAY, "8"), (FIRST + 2 * DAY, ""), (FIRST + 3 * DAY, "9")):
        hubspot_history.append(
            {
                "hubspot_contact_id": "7",
                "property_name": "hubspot_owner_id",
                "property_value": value,
                "changed_at": at,
                "is_deleted": False,
            }
        )
    # Salesforce speaks before HubSpot as soon as it knows the person.
    person("both", "hubspot:contact:8", "hubspot:owner:8", FIRST)
    person("both", "salesforce:lead:00Q04", sf(QUEUE), FIRST + DAY)
    # A merged-away record speaks until the survivor exists.
    person("merged", "salesforce:lead:00Q05", sf(ANNA), FIRST, deleted=True)
    person("merged", "salesforce:lead:00Q06", sf(BEN), FIRST + DAY)
    # So does one that nobody extracted, as far as its history goes; while a living one knows an owner it is silent.
    person("unextracted", "salesforce:lead:00Q09", sf(BEN), FIRST + 3 * DAY)
    change(lead_history, "lead", "00Q08", FIRST + DAY, BEN, ANNA)
    change(lead_history, "lead", "00Q08", FIRST + 4 * DAY, ANNA, QUEUE)
    # What happens after as_of has not happened.
    person("future", "salesforce:lead:00Q07", sf(BEN), FIRST)
    change(lead_history, "lead", "00Q07", dt.datetime(2026, 7, 2), ANNA, BEN)

    warehouse.put(
        "intermediate.int_people__records", [{k: v for k, v in p.items() if k != "lead_id"} for p in people]
    )
    warehouse.put(
        "core.bridge_lead_records",
        [
            {k: p[k] for k in ("lead_id", "record_key", "source_system", "source_object", "source_id")}
            | {"is_excluded": False, "is_deleted": p["is_deleted"]}
            for p in people
        ],
    )
    warehouse.put(
        "intermediate.int_people__unextracted",
        [{"record_key": "salesforce:lead:00Q08", "lead_id": "unextracted"}],
    )
    warehouse.put(
        "intermediate.int_accounts__unextracted",
        [{"record_key": "salesforce:account:00104", "account_id": "account"}],
    )
    warehouse.put("staging.stg_salesforce__lead_history", lead_history)
    warehouse.put("staging.stg_salesforce__contact_history", contact_history)
    warehouse.put("staging.stg_hubspot__contact_property_history", hubspot_history)
    # An account: known to HubSpot first; in Salesforce a queue had it, then Anna, then Ben.
    accounts = [
        ("hubspot:company:70", "hubspot:owner:9", FIRST, False),
        ("salesforce:account:00102", sf(BEN), FIRST + DAY, False),
        ("salesforce:account:00103", sf(ANNA), FIRST, True),
    ]
    warehouse.put(
        "intermediate.int_accounts__records",
        [
            {
                "record_key": key,
                "source_system": key.split(":")[0],
                "source_object": key.split(":")[1],
                "owner_id": owner,
                "created_at": at,
                "is_deleted": deleted,
            }
            for key, owner, at, deleted in accounts
        ],
    )
    warehouse.put(
        "core.bridge_account_records",
        [{"record_key": key, "account_id": "account", "is_excluded": False} for key, *_ in accounts],
    )
    account_history: list[dict[str, Any]] = []
    change(account_history, "account", "00102", FIRST + 2 * DAY, QUEUE, ANNA)
    change(account_history, "account", "00102", FIRST + 4 * DAY, ANNA, BEN)
    # An account merged away that nobody extracted had an owner before anybody else did.
    change(account_history, "account", "00104", FIRST - DAY, QUEUE, BEN)
    warehouse.put("staging.stg_salesforce__account_history", account_history)
    warehouse.put(
        "staging.stg_hubspot__company_property_history",
        [
            {
                "hubspot_company_id": "70",
                "property_name": "hubspot_owner_id",
                "property_value": "9",
                "changed_at": FIRST,
                "is_deleted": False,
            }
        ],
    )
    warehouse.run("int_lifecycle__owner_spans", "int_accounts__owner_spans")
    found: dict[str, list[tuple]] = {}
    for row in warehouse.rows(
        "select lead_id, owner_id, is_queue, valid_from, valid_to from intermediate.int_lifecycle__owner_spans"
        " union all select account_id, owner_id, is_queue, valid_from, valid_to"
        " from intermediate.int_accounts__owner_spans order by 1, 4"
    ):
        assert row["is_queue"] == row["owner_id"].startswith("salesforce:group:")
        found.setdefault(row["lead_id"], []).append((row["owner_id"], row["valid_from"], row["valid_to"]))
    return found


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("plain", [(sf(ANNA), FIRST, None)]),
        (
            "queued",
            [
                (sf(QUEUE), FIRST, FIRST + DAY),
                (sf(BEN), FIRST + DAY, FIRST + 2 * DAY),
                (sf(ANNA), FIRST + 2 * DAY, None),
            ],
        ),
        ("converted", [(sf(ANNA), FIRST, FIRST + 5 * DAY), (sf(BEN), FIRST + 5 * DAY, None)]),
        (
            "hubspot",
            [
                ("hubspot:owner:8", FIRST + DAY, FIRST + 2 * DAY),
                ("hubspot:owner:9", FIRST + 3 * DAY, None),
            ],
        ),
        ("both", [("hubspot:owner:8", FIRST, FIRST + DAY), (sf(QUEUE), FIRST + DAY, None)]),
        ("merged", [(sf(ANNA), FIRST, FIRST + DAY), (sf(BEN), FIRST + DAY, None)]),
        (
            "unextracted",
            [(sf(ANNA), FIRST + DAY, FIRST + 3 * DAY), (sf(BEN), FIRST + 3 * DAY, None)],
        ),
        ("future", [(sf(ANNA), FIRST, None)]),
        (
            "account",
            [
                (sf(BEN), FIRST - DAY, FIRST),
                ("hubspot:owner:9", FIRST, FIRST + DAY),
                (sf(QUEUE), FIRST + DAY, FIRST + 2 * DAY),
                (sf(ANNA), FIRST + 2 * DAY, FIRST + 4 * DAY),
                (sf(BEN), FIRST + 4 * DAY, None),
            ],
        ),
    ],
)
def test_owner_spans(spans: dict[str, list[tuple]], lead: str, expected: list[tuple]) -> None:
    assert spans[lead] == expected
