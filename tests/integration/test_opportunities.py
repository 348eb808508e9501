"""When an opportunity is closed, what it was worth then, and from when a lead is on it (semantics 7.6 and 9.1)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest

MODELS = (
    "int_opportunities__stage_changes",
    "int_opportunities__amount_changes",
    "int_opportunities__merged_deals",
    "int_opportunities__unified",
    "int_opportunities__leads",
)


@pytest.fixture(scope="module")
def built(template, tmp_path_factory):
    from tests.harness import Warehouse

    warehouse = Warehouse.from_template(template, tmp_path_factory.mktemp("opportunities"))
    created = datetime(2026, 3, 1, 12)

    def opportunity(key: str, **values):
        return {
            "salesforce_opportunity_id": key,
            "stage_name": "Proposal",
            "is_closed": False,
            "is_won": False,
            "is_deleted": False,
            "created_at": created,
            "amount": Decimal(1000),
            "loaded_at": datetime(2026, 6, 30),
        } | values

    won = {"stage_name": "Closed Won", "is_closed": True, "is_won": True, "close_date": date(2026, 5, 4)}
    lost = {"stage_name": "Closed Lost", "is_closed": True, "close_date": date(2026, 5, 4)}
    warehouse.put(
        "staging.stg_salesforce__opportunities",
        [
            opportunity("open", salesforce_account_id="unknown"),
            opportunity("history", **won),
            opportunity("no_history", **won),
            # An extract without these columns: the catalogue of stages knows what they would say.
            opportunity("catalogued", **(won | {"is_closed": None, "is_won": None})),
            opportunity("only_closed", **(won | {"is_won": None})),
            opportunity("uncatalogued", is_closed=None, is_won=None, stage_name="Somewhere"),
            opportunity("closed_before_created", **(won | {"close_date": date(2026, 1, 1)})),
            opportunity("reopened", **lost, loss_reason="price"),
            opportunity("turned", **won),
            opportunity("wins_tomorrow", **won),
            opportunity("reopened_wins_tomorrow", **won),
            opportunity("turns_tomorrow", **won),
            opportunity("turns_to_lost_tomorrow", **lost),
            opportunity("reopens_tomorrow"),
            opportunity("closes_later", **(won | {"close_date": date(2026, 8, 1)})),
            opportunity("deleted", is_deleted=True),
            opportunity("created_later", created_at=datetime(2026, 7, 2)),
            opportunity("euros", **won, currency_code="EUR", amount=Decimal(900)),
            opportunity("no_reason", **lost),
            opportunity("grew", amount=Decimal(5000), salesforce_account_id="living"),
            opportunity("queue_owned", owner_id="00G000000000001", salesforce_account_id="merged_away"),
        ],
    )

    warehouse.put(
        "staging.stg_salesforce__opportunity_stages",
        [
            {"stage_name": "Closed Won", "is_closed": True, "is_won": True, "is_deleted": False},
            {"stage_name": "Proposal", "is_closed": False, "is_won": False, "is_deleted": False},
        ],
    )

    def change(key: str, number: int, at: datetime, field: str, old: str | None, new: str):
        return {
            "salesforce_opportunity_field_history_id": f"{key}{number}",
            "salesforce_opportunity_id": key,
            "changed_at": at,
            "field_name": field,
            "old_value": old,
            "new_value": new,
            "is_deleted": False,
        }

    warehouse.put(
        "staging.stg_salesforce__opportunity_field_history",
        [
            change("history", 1, datetime(2026, 4, 2, 15, 30), "StageName", "Proposal", "Closed Won"),
            change("reopened", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Lost"),
            change("reopened", 2, datetime(2026, 4, 5), "StageName", "Closed Lost", "Proposal"),
            change("reopened", 3, datetime(2026, 4, 9), "StageName", "Proposal", "Closed Lost"),
            change("turned", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Lost"),
            change("turned", 2, datetime(2026, 4, 12), "StageName", "Closed Lost", "Closed Won"),
            # After the instant described, though the close date lies before it.
            change("wins_tomorrow", 1, datetime(2026, 7, 2), "StageName", "Proposal", "Closed Won"),
            change("reopened_wins_tomorrow", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Lost"),
            change("reopened_wins_tomorrow", 2, datetime(2026, 4, 3), "StageName", "Closed Lost", "Proposal"),
            change("reopened_wins_tomorrow", 3, datetime(2026, 7, 2), "StageName", "Proposal", "Closed Won"),
            change("turns_tomorrow", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Lost"),
            change("turns_tomorrow", 2, datetime(2026, 7, 2), "StageName", "Closed Lost", "Closed Won"),
            change("turns_to_lost_tomorrow", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Won"),
            change(
                "turns_to_lost_tomorrow", 2, datetime(2026, 7, 2), "StageName", "Closed Won", "Closed Lost"
            ),
            change("reopens_tomorrow", 1, datetime(2026, 4, 1), "StageName", "Proposal", "Closed Won"),
            change("reopens_tomorrow", 2, datetime(2026, 7, 2), "StageName", "Closed Won", "Proposal"),
            change("grew", 1, datetime(2026, 4, 1), "Amount", "2000", "3000"),
            change("grew", 2, datetime(2026, 4, 2), "Amount", "3000", "5000"),
        ],
    )
    warehouse.put(
        "staging.stg_salesforce__dated_conversion_rates",
        [
            {
                "salesforce_dated_conversion_rate_id": str(i),
                "currency_code": "EUR",
                "conversion_rate": rate,
                "start_date": start,
                "next_start_date": end,
                "is_deleted": False,
            }
            for i, (rate, start, end) in enumerate(
                [
                    # Nobody ended it: the rates that started later hold.
                    (0.1, date(2025, 1, 1), None),
                    (0.8, date(2026, 1, 1), date(2026, 4, 1)),
                    (0.9, date(2026, 4, 1), date(9999, 12, 31)),
                ]
            )
        ],
    )
    warehouse.put(
        "staging.stg_hubspot__deals",
        [
            {
                "hubspot_deal_id": "1",
                "hubspot_pipeline_stage_id": "77",
                "created_at": created,
                "close_at": datetime(2026, 5, 4, 2),
                "amount": Decimal(10),
                "is_deleted": False,
            },
            {"hubspot_deal_id": "2", "created_at": created, "is_deleted": True},
        ],
    )
    warehouse.put(
        "staging.stg_hubspot__deal_pipeline_stages",
        [
            {
                "hubspot_pipeline_stage_id": "77",
                "stage_name": "Signed",
                "is_won": True,
                "is_closed": True,
                "is_deleted": False,
            }
        ],
    )
    warehouse.put(
        "staging.stg_hubspot__deal_contacts",
        [
            {
                "hubspot_deal_id": "1",
                "hubspot_contact_id": "5",
                "association_type_id": "3",
                "is_deleted": False,
            },
            {
                "hubspot_deal_id": "2",
                "hubspot_contact_id": "6",
                "association_type_id": "3",
                "is_deleted": False,
            },
            {
                "hubspot_deal_id": "40",
                "hubspot_contact_id": "7",
                "association_type_id": "3",
                "is_deleted": False,
            },
        ],
    )
    warehouse.put(
        "staging.stg_hubspot__merged_deals",
        [
            {"surviving_hubspot_deal_id": survivor, "merged_hubspot_deal_id": merged, "is_deleted": False}
            # Every merge makes a new deal of two: 40 was merged thirty times.
            for merged, survivor in [
                ("2", "1"),
                *((str(n), str(n - 1)) for n in range(40, 10, -1)),
                ("10", "1"),
            ]
        ],
    )

    def role(number: int, key: str, contact: str, at: datetime, **values):
        return {
            "salesforce_opportunity_contact_role_id": str(number),
            "salesforce_opportunity_id": key,
            "salesforce_contact_id": contact,
            "created_at": at,
            "is_deleted": False,
        } | values

    warehouse.put(
        "staging.stg_salesforce__opportunity_contact_roles",
        [
            role(1, "open", "early", datetime(2026, 2, 1)),
            role(2, "open", "late", datetime(2026, 4, 1), is_primary=True, role="Champion"),
            role(3, "open", "born_later", datetime(2026, 3, 2)),
            role(4, "open", "gone", datetime(2026, 3, 2), is_deleted=True),
            role(5, "open", "staff", datetime(2026, 3, 2)),
            role(6, "deleted", "early", datetime(2026, 3, 2)),
            role(7, "open", "merged_away", datetime(2026, 3, 20)),
            role(8, "open", "unknown", datetime(2026, 3, 20)),
            role(9, "open", "early", datetime(2026, 3, 25), role="Economic Buyer"),
            role(10, "open", "early", datetime(2026, 3, 26), role="User"),
        ],
    )
    warehouse.put(
        "staging.stg_salesforce__leads",
        [
            {
                "salesforce_lead_id": "converted",
                "converted_salesforce_opportunity_id": "open",
                "converted_date": date(2026, 3, 10),
                "is_deleted": False,
            }
        ],
    )
    people = {
        "salesforce:contact:early": "early",
        "salesforce:contact:late": "late",
        "salesforce:contact:born_later": "born_later",
        "salesforce:contact:gone": "gone",
        "salesforce:contact:staff": "staff",
        "salesforce:lead:converted": "late",
        "hubspot:contact:5": "deal",
        "hubspot:contact:6": "merged_deal",
        "hubspot:contact:7": "often_merged_deal",
    }
    warehouse.put(
        "core.bridge_lead_records",
        [{"record_key": k, "lead_id": v, "is_excluded": v == "staff"} for k, v in people.items()],
    )
    # Nobody extracted the contact that was merged into another, nor the account of an opportunity.
    warehouse.put(
        "intermediate.int_people__unextracted",
        [{"record_key": "salesforce:contact:merged_away", "lead_id": "survivor"}],
    )
    warehouse.put(
        "core.bridge_account_records",
        [{"record_key": "salesforce:account:living", "account_id": "account", "is_excluded": False}],
    )
    warehouse.put(
        "intermediate.int_accounts__unextracted",
        [{"record_key": "salesforce:account:merged_away", "account_id": "account"}],
    )
    warehouse.put(
        "intermediate.int_people__leads",
        [
            {"lead_id": v, "created_at": datetime(2026, 5, 1) if v == "born_later" else datetime(2026, 1, 1)}
            for v in {*people.values(), "survivor"} - {"staff"}
        ],
    )
    warehouse.run(*MODELS)
    unified = warehouse.rows("select * from intermediate.int_opportunities__unified")
    rows = {r["source_id"]: r for r in unified}
    links = {
        (r["opportunity_id"], r["lead_id"]): r
        for r in warehouse.rows("select * from intermediate.int_opportunities__leads")
    }
    return rows, links, Counter(r["source_id"] for r in unified)


@pytest.mark.parametrize(
    ("key", "closed_at"),
    [
        ("open", None),
        ("history", datetime(2026, 4, 2, 15, 30)),
        # Midnight of 4 May in New York.
        ("no_history", datetime(2026, 5, 4, 4)),
        ("catalogued", datetime(2026, 5, 4, 4)),
        ("only_closed", datetime(2026, 5, 4, 4)),
        ("uncatalogued", None),
        ("closed_before_created", datetime(2026, 3, 1, 12)),
        ("reopened", datetime(2026, 4, 9)),
        # Lost and won without a stop between: won when it was won.
        ("turned", datetime(2026, 4, 12)),
        ("closes_later", None),
        ("wins_tomorrow", None),
        ("reopened_wins_tomorrow", None),
        # What a change after the instant described made of it is not known at that instant.
        ("turns_tomorrow", datetime(2026, 4, 1)),
        ("turns_to_lost_tomorrow", datetime(2026, 4, 1)),
        ("reopens_tomorrow", datetime(2026, 4, 1)),
        # 02:00 UTC is still 3 May in New York.
        ("1", datetime(2026, 5, 3, 4)),
    ],
)
def test_an_opportunity_closes_when_its_history_or_else_its_close_date_says(built, key, closed_at) -> None:
    row = built[0][key]
    assert row["closed_at"] == closed_at
    assert row["is_open"] == (closed_at is None)


def test_deleted_and_future_opportunities_are_left_out(built) -> None:
    assert not {"deleted", "created_later", "2"} & set(built[0])


def test_won_is_only_what_closed_as_won_by_now(built) -> None:
    assert {k for k, r in built[0].items() if r["is_won"]} == {
        "history",
        "no_history",
        "catalogued",
        "only_closed",
        "closed_before_created",
        "turned",
        "turns_to_lost_tomorrow",
        "reopens_tomorrow",
        "euros",
        "1",
    }


def test_a_stage_is_the_one_that_stood_at_the_instant(built) -> None:
    stages = {key: row["stage_name"] for key, row in built[0].items()}
    assert stages["wins_tomorrow"] == "Proposal"
    assert stages["reopened_wins_tomorrow"] == "Proposal"
    assert stages["turns_tomorrow"] == "Closed Lost"
    assert stages["turns_to_lost_tomorrow"] == stages["reopens_tomorrow"] == "Closed Won"
    assert stages["history"] == "Closed Won"


def test_amounts_use_the_rate_dated_for_their_day(built) -> None:
    row = built[0]["euros"]
    assert row["amount_usd"] == Decimal("1000.00")
    assert row["amount_at_creation_usd"] == Decimal("1125.00")


def test_an_opportunity_is_one_row_whatever_the_rates(built) -> None:
    assert set(built[2].values()) == {1}


def test_amount_at_creation_is_what_stood_before_the_first_change(built) -> None:
    assert built[0]["grew"]["amount_at_creation_usd"] == Decimal("2000.00")
    assert built[0]["grew"]["amount_usd"] == Decimal("5000.00")


def test_a_loss_has_a_reason_and_an_area(built) -> None:
    assert (built[0]["reopened"]["loss_reason"], built[0]["reopened"]["loss_area"]) == ("price", "message")
    assert (built[0]["no_reason"]["loss_reason"], built[0]["no_reason"]["loss_area"]) == (
        "unspecified",
        "other",
    )
    assert built[0]["open"]["loss_reason"] is None


def test_an_opportunity_of_a_merged_account_is_the_survivors_whoever_extracted_it(built) -> None:
    accounts = {key: built[0][key]["account_id"] for key in ("open", "grew", "queue_owned")}
    assert accounts == {"open": None, "grew": "account", "queue_owned": "account"}


def test_a_queue_is_a_group(built) -> None:
    assert built[0]["queue_owned"]["owner_id"] == "salesforce:group:00G000000000001"


def test_a_lead_is_on_an_opportunity_from_the_latest_of_three_instants(built) -> None:
    links = {k[1]: v for k, v in built[1].items() if k[0] == "salesforce:opportunity:open"}
    assert {k: v["linked_at"] for k, v in links.items()} == {
        "early": datetime(2026, 3, 1, 12),
        # Converted on 10 March (New York) before the role of 1 April: the earliest link counts.
        "late": datetime(2026, 3, 10, 4),
        "born_later": datetime(2026, 5, 1),
        "survivor": datetime(2026, 3, 20),
    }
    assert links["late"]["basis"] == "conversion"
    assert links["late"]["is_primary"]


def test_a_role_that_the_crm_states_is_told_whichever_link_came_first(built) -> None:
    rows = built[1]
    opportunity = "salesforce:opportunity:open"
    assert rows[(opportunity, "early")]["role"] == "Economic Buyer"
    assert rows[(opportunity, "late")]["role"] == "Champion"
    assert rows[(opportunity, "born_later")]["role"] is None


def test_a_merged_deal_hands_its_people_to_the_survivor(built) -> None:
    assert {k[1] for k in built[1] if k[0] == "hubspot:deal:1"} == {
        "deal",
        "merged_deal",
        "often_merged_deal",
    }
