"""Records that were merged away before anybody extracted them: whatever names them means whom they were merged into."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Warehouse
from tests.integration.test_incremental_identity import PEOPLE, differences

MODELS = (
    *PEOPLE,
    "path:models/intermediate/engagements",
    "int_opportunities__leads",
    "int_lifecycle__field_spans",
    "int_lifecycle__field_values",
    "int_lifecycle__status_history",
    "int_lifecycle__crm_facts",
    "int_lifecycle__owner_spans",
    "fct_engagements",
    "fct_unmapped_activities",
)
COMPARED = (
    "core.fct_engagements",
    "intermediate.int_opportunities__unified",
    "intermediate.int_opportunities__leads",
    "intermediate.int_lifecycle__crm_facts",
    "intermediate.int_lifecycle__owner_spans",
    "quality.fct_unmapped_activities",
)
AS_OF = datetime(2026, 7, 1)
Rows = dict[str, list[dict[str, Any]]]


def md5(record_key: str) -> str:
    return hashlib.md5(record_key.encode()).hexdigest()


def ago(days: int) -> datetime:
    return AS_OF - timedelta(days=days)


class Bank:
    """Rows of the staging tables, banked: what a night tells anew has its load time."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.night = 0

    def tell(self, table: str, key: str, identifier: str, **values: Any) -> None:
        stamp = {"loaded_at": AS_OF + timedelta(days=self.night), "is_deleted": False}
        row = {key: identifier, "first_loaded_at": AS_OF} | stamp | values
        self.rows.setdefault(f"staging.stg_{table}", {})[identifier] = row

    def put(self, warehouse: Warehouse) -> None:
        columns: dict[str, set[str]] = {}
        for row in warehouse.rows(
            "select table_schema || '.' || table_name as name, column_name from information_schema.columns"
        ):
            columns.setdefault(row["name"], set()).add(row["column_name"])
        for table, rows in self.rows.items():
            warehouse.put(table, [{k: v for k, v in r.items() if k in columns[table]} for r in rows.values()])


def merge(bank: Bank, survivor: str, *losers: str) -> None:
    bank.tell(
        "marketo__merge_lead_activities", "marketo_activity_id", "m", surviving_marketo_lead_id=survivor,
        merged_marketo_lead_ids=f"[{','.join(losers)}]", occurred_at=ago(30),
    )  # fmt: skip


def company(bank: Bank, identifier: str, days: int, **values: Any) -> None:
    bank.tell(
        "hubspot__companies", "hubspot_company_id", identifier, account_name=f"Company {identifier}",
        created_at=ago(days), **values,
    )  # fmt: skip


def vid(bank: Bank, identifier: str, days: int, **values: Any) -> None:
    bank.tell(
        "hubspot__contacts",
        "hubspot_contact_id",
        identifier,
        email=f"v{identifier}@people.example",
        created_at=ago(days),
        **values,
    )


def first_night() -> Bank:
    """Marketo lead 9, HubSpot contact 90, company 900 and Salesforce contact 0039 are known from others' words only."""
    bank = Bank()
    for identifier, days in (("1", 100), ("2", 90)):
        bank.tell("marketo__leads", "marketo_lead_id", identifier, email=f"m{identifier}@people.example",
                  created_at=ago(days))  # fmt: skip
    merge(bank, "1", "9")
    bank.tell("marketo__fill_out_form_activities", "marketo_activity_id", "form", marketo_lead_id="9",
              occurred_at=ago(50), primary_attribute_value="Demo request")  # fmt: skip
    company(bank, "1", 200, merged_hubspot_company_ids="900")
    company(bank, "2", 190)
    company(bank, "3", 180, parent_hubspot_company_id="900")
    vid(bank, "4", 80, merged_hubspot_contact_ids="90")
    vid(bank, "5", 80, primary_hubspot_company_id="900")
    bank.tell("hubspot__deals", "hubspot_deal_id", "7", hubspot_pipeline_stage_id="open", created_at=ago(40))
    bank.tell("hubspot__deal_companies", "hubspot_deal_id", "7", hubspot_company_id="900",
              association_type_id="5")  # fmt: skip
    bank.tell("hubspot__deal_contacts", "hubspot_deal_id", "7", hubspot_contact_id="90", created_at=ago(39))
    bank.tell("hubspot__contact_property_history", "hubspot_contact_id", "90", property_name="hubspot_owner_id",
              property_value="44", changed_at=ago(60))  # fmt: skip
    # A Salesforce lead that became a contact which no extract has: what hangs on the contact is the lead's.
    bank.tell("salesforce__leads", "salesforce_lead_id", "00Q1", email="q1@people.example", created_at=ago(70),
              converted_salesforce_contact_id="0039", converted_date=date(2026, 6, 1))  # fmt: skip
    bank.tell("salesforce__contact_history", "salesforce_contact_history_id", "h1", salesforce_contact_id="0039",
              field_name="Contact_Status__c", old_value="New", new_value="Working", changed_at=ago(20))  # fmt: skip
    bank.tell("salesforce__events", "salesforce_event_id", "meeting", salesforce_who_id="0039", owner_id="005rep",
              started_at=ago(10), created_at=ago(15))  # fmt: skip
    bank.tell("salesforce__opportunities", "salesforce_opportunity_id", "006", created_at=ago(12))
    bank.tell("salesforce__opportunity_contact_roles", "salesforce_opportunity_contact_role_id", "r1",
              salesforce_opportunity_id="006", salesforce_contact_id="0039", created_at=ago(11))  # fmt: skip
    return bank


def definitions(warehouse: Warehouse) -> None:
    """What people wrote down: records by keys that are no more."""
    warehouse.put(
        "definitions.lead_account_overrides",
        [
            {"lead_ref": "marketo:lead:9", "account_ref": "hubspot:company:3", "decided_by": "a"},
            {"lead_ref": "marketo:lead:2", "account_ref": " hubspot:company:900", "decided_by": "a"},
        ],
    )
    warehouse.put(
        "definitions.target_accounts",
        [
            {"account_ref": "hubspot:company:900", "target_tier": 1, "sales_agreed_by": "a", "marketing_agreed_by": "b"}
        ],
    )  # fmt: skip


def told(warehouse: Warehouse) -> dict[str, Any]:
    """Whom each pointer is taken to mean; None: nobody."""

    def one(sql: str) -> Any:
        rows = warehouse.rows(sql)
        assert len(rows) <= 1, (sql, rows)
        return next(iter(rows[0].values())) if rows else None

    found = {
        "form": "select lead_id from core.fct_engagements where source_record_key = 'marketo:fill_out_form:form'",
        "meeting": "select lead_id from core.fct_engagements where source_record_key = 'salesforce:event:meeting'",
        "parent": "select parent_account_id from intermediate.int_accounts__standings "
        f"where account_id = '{md5('hubspot:company:3')}'",
        "link": "select account_id from core.bridge_lead_accounts where match_method = 'crm_link'",
        "deal": "select account_id from intermediate.int_opportunities__unified "
        "where opportunity_id = 'hubspot:deal:7'",
        "association": "select lead_id from intermediate.int_opportunities__leads where basis = 'association'",
        "role": "select lead_id from intermediate.int_opportunities__leads where basis = 'contact_role'",
        "owner": "select lead_id from intermediate.int_lifecycle__owner_spans where owner_id = 'hubspot:owner:44'",
        "status": "select lead_id from intermediate.int_lifecycle__crm_facts where crm_fact = 'accepted'",
        "next_step": "select lead_id from intermediate.int_lifecycle__crm_facts where crm_fact = 'next_step_dated'",
        "override": "select lead_id from core.bridge_lead_accounts where match_method = 'override' "
        f"and account_id = '{md5('hubspot:company:3')}'",
        "overriding": "select account_id from core.bridge_lead_accounts where match_method = 'override' "
        f"and lead_id = '{md5('marketo:lead:2')}'",
        "target": "select account_id from intermediate.int_accounts__targets",
        "strangers": "select sum(activity_count) from quality.fct_unmapped_activities",
    }
    return {name: one(sql) for name, sql in found.items()}


PEOPLE_OF_CONTACT = dict.fromkeys(("meeting", "role", "status", "next_step"), md5("salesforce:lead:00Q1"))
ACCOUNTS = ("parent", "link", "deal", "overriding", "target")
HUBSPOT = ("association", "owner")


def same(warehouse: Warehouse, tmp_path: Path, bank: Bank) -> None:
    fresh = Warehouse.from_template(warehouse, tmp_path / f"fresh{bank.night}")
    fresh.run(*MODELS)
    assert not differences(warehouse, fresh)
    assert warehouse.contents(COMPARED) == fresh.contents(COMPARED)


@pytest.fixture
def kept(template: Warehouse, tmp_path: Path) -> Warehouse:
    warehouse = Warehouse.from_template(template, tmp_path / "kept", as_of=AS_OF.isoformat())
    definitions(warehouse)
    return warehouse


def test_what_names_a_record_that_nobody_extracted_follows_it_from_night_to_night(
    kept: Warehouse, tmp_path: Path
) -> None:
    bank = first_night()
    bank.put(kept)
    kept.run(*MODELS)
    survivor, owner = md5("marketo:lead:1"), md5("hubspot:company:1")
    expected = PEOPLE_OF_CONTACT | dict.fromkeys(ACCOUNTS, owner) | dict.fromkeys(
        HUBSPOT, md5("hubspot:contact:4")
    ) | {"form": survivor, "override": survivor, "strangers": None}  # fmt: skip
    assert told(kept) == expected
    # The public bridges have extracted records only, and whom they are counted by.
    keys = {row["record_key"] for row in kept.rows("select record_key from core.bridge_lead_records")}
    assert not keys & {"marketo:lead:9", "hubspot:contact:90", "salesforce:contact:0039"}

    # The merge is taken back, another company took 900, and another contact 90: none of the pointers was told anew.
    bank.night = 1
    merge(bank, "1", "8")
    company(bank, "1", 200)
    company(bank, "2", 190, merged_hubspot_company_ids="[900]")
    vid(bank, "4", 80)
    vid(bank, "6", 85, merged_hubspot_contact_ids="90.0")
    bank.put(kept)
    kept.run(*MODELS, full_refresh=False)
    assert told(kept) == PEOPLE_OF_CONTACT | dict.fromkeys(
        ACCOUNTS, md5("hubspot:company:2")
    ) | dict.fromkeys(HUBSPOT, md5("hubspot:contact:6")) | {
        "form": None, "override": None, "strangers": 1
    }  # fmt: skip
    same(kept, tmp_path, bank)

    # Marketo lead 9 is extracted after all, older than its survivor; an older company and person take the survivors.
    bank.night = 2
    merge(bank, "1", "9")
    bank.tell("marketo__leads", "marketo_lead_id", "9", email="m9@people.example", created_at=ago(120))
    company(bank, "10", 300, merged_hubspot_company_ids="2")
    vid(bank, "11", 110, merged_hubspot_contact_ids="6")
    bank.tell(
        "salesforce__leads", "salesforce_lead_id", "00Q0", email="q1@people.example", created_at=ago(75)
    )
    bank.put(kept)
    kept.run(*MODELS, full_refresh=False)
    assert told(kept) == dict.fromkeys(PEOPLE_OF_CONTACT, md5("salesforce:lead:00Q0")) | dict.fromkeys(
        ACCOUNTS, md5("hubspot:company:10")
    ) | dict.fromkeys(HUBSPOT, md5("hubspot:contact:11")) | {
        "form": md5("marketo:lead:9"), "override": md5("marketo:lead:9"), "strangers": None
    }  # fmt: skip
    assert not kept.rows("from intermediate.int_people__unextracted where record_key = 'marketo:lead:9'")
    same(kept, tmp_path, bank)

    # The people of Salesforce turn out to be staff, and the company too: who names them names nobody.
    bank.night = 3
    vid(bank, "11", 110, merged_hubspot_contact_ids="6")
    bank.tell(
        "salesforce__leads", "salesforce_lead_id", "00Q0", email="q1@concord-demo.example", created_at=ago(75)
    )
    bank.tell("salesforce__leads", "salesforce_lead_id", "00Q1", email="q1@concord-demo.example", created_at=ago(70),
              converted_salesforce_contact_id="0039", converted_date=date(2026, 6, 1))  # fmt: skip
    company(bank, "10", 300, merged_hubspot_company_ids="2", domain="concord-demo.example")
    bank.put(kept)
    kept.run(*MODELS, full_refresh=False)
    found = told(kept)
    assert not any(found[name] for name in (*PEOPLE_OF_CONTACT, *ACCOUNTS))
    same(kept, tmp_path, bank)
