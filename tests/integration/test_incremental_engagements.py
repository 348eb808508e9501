"""Activities and engagements that are worked out anew for what changed equal a build from scratch, row for row."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.harness import Warehouse

Tables = dict[str, list[dict[str, Any]]]

FORMER = "intermediate.int_people__former_addresses"
MODELS = ("path:models/intermediate/engagements", "fct_engagements")
TABLES = ("intermediate.int_engagements__activities", "core.fct_engagements")
DAY = datetime(2026, 3, 1)
PEOPLE = 40
LINKS = ["/a", "/b", "/c", "/d"]


def company(random: Random) -> Tables:
    """Forty people with two records each, and what they did: in every source, on purpose close together."""
    t: Tables = {
        "intermediate.int_campaigns__tags": [
            {"campaign_tag": "spring", "campaign_id": "salesforce:campaign:1"}
        ],
        "staging.stg_hubspot__email_campaigns": [
            {"hubspot_email_campaign_id": f"{n}", "campaign_name": f"Mail {n}"} for n in range(3)
        ],
        "staging.stg_hubspot__forms": [{"hubspot_form_id": "f", "form_name": "Demo request"}],
        "staging.stg_marketo__programs": [
            {"marketo_program_id": "p", "campaign_name": "Fair", "program_channel": "Event"}
        ],
        "staging.stg_marketo__campaigns": [{"marketo_campaign_id": "s", "marketo_program_id": "p"}],
        "staging.stg_marketo__email_templates": [
            {
                "marketo_email_template_id": "1",
                "marketo_program_id": "p",
                "campaign_name": "Mail 1",
                "is_deleted": False,
            }
        ],
        "staging.stg_salesforce__campaigns": [
            {"salesforce_campaign_id": "1", "campaign_name": "Spring", "campaign_type": "Webinar"}
        ],
        "staging.stg_pardot__visitors": [
            {"pardot_visitor_id": f"v{n}", "pardot_prospect_id": f"{n}"} for n in range(0, PEOPLE, 3)
        ],
    }
    for name in KINDS:
        t[f"staging.{name}"] = []
    t["core.bridge_lead_records"] = [
        {"record_key": key, "lead_id": f"lead{n}", "is_excluded": n % 13 == 12}
        for n in range(PEOPLE)
        for key in (
            f"hubspot:contact:{n}",
            f"marketo:lead:{n}",
            f"salesforce:lead:{n}",
            f"pardot:prospect:{n}",
        )
    ]
    # Some records nobody extracted: only what they were merged into says whose they are.
    t["intermediate.int_people__unextracted"] = []
    for _ in range(12):
        lose(random, t)
    t["core.bridge_lead_accounts"] = [
        {"lead_id": f"lead{n}", "account_id": f"account{n % 9}"} for n in range(PEOPLE)
    ]
    t["core.bridge_account_domains"] = [
        {
            "domain": f"d{n}.example",
            "account_id": f"account{n}",
            "is_ambiguous": n == 8,
            "domain_class": "corporate",
        }
        for n in range(9)
    ]
    t["intermediate.int_domains__hosts"] = [
        {"host": f"d{n}.example", "domain": f"d{n}.example", "domain_class": "corporate"} for n in range(9)
    ]
    t["intermediate.int_people__addresses"] = [
        {
            "record_key": f"hubspot:contact:{n}",
            "matching_email": f"p{n}@d.example",
            "valid_from": DAY,
            "valid_to": None,
        }
        for n in range(PEOPLE)
    ]
    for n in range(330):
        act(random, t, n, DAY)
    for rows in t.values():
        for row in rows:
            row.setdefault("loaded_at", DAY)
            row.setdefault("first_loaded_at", row["loaded_at"])
            row.setdefault("is_deleted", False)
    return t


def lose(random: Random, t: Tables) -> None:
    """A record that was extracted is known from others' words only."""
    records = t["core.bridge_lead_records"]
    row = records.pop(random.randrange(len(records)))
    if not row["is_excluded"]:
        t["intermediate.int_people__unextracted"].append(
            {"record_key": row["record_key"], "lead_id": row["lead_id"]}
        )


# Staging table of each kind of activity, with its key.
KINDS = {
    "stg_hubspot__email_events": "hubspot_email_event_id",
    "stg_hubspot__email_event_clicks": "hubspot_email_event_id",
    "stg_hubspot__contact_form_submissions": "hubspot_conversion_id",
    "stg_hubspot__page_views": "hubspot_page_view_id",
    "stg_hubspot__engagements": "hubspot_engagement_id",
    "stg_hubspot__engagement_calls": "hubspot_engagement_id",
    "stg_hubspot__engagement_contacts": "hubspot_engagement_id",
    "stg_marketo__email_delivered_activities": "marketo_activity_id",
    "stg_marketo__click_email_activities": "marketo_activity_id",
    "stg_marketo__fill_out_form_activities": "marketo_activity_id",
    "stg_marketo__program_status_activities": "marketo_activity_id",
    "stg_pardot__visitor_activities": "pardot_visitor_activity_id",
    "stg_salesforce__tasks": "salesforce_task_id",
    "stg_salesforce__campaign_members": "salesforce_campaign_member_id",
    "stg_files__web_visits": "web_visit_id",
}


def act(random: Random, t: Tables, number: int, loaded_at: datetime) -> None:
    """One more act: a row of one kind, or of several that belong together."""
    person, at = (
        random.randrange(PEOPLE),
        DAY - timedelta(hours=random.randrange(40), seconds=random.randrange(9)),
    )
    base = {"occurred_at": at, "is_deleted": False, "loaded_at": loaded_at, "first_loaded_at": loaded_at}
    key, mail = f"x{number}", f"{random.randrange(3)}"

    def put(table: str, **row: Any) -> None:
        t[f"staging.{table}"].append(base | row)

    marketo = {"marketo_activity_id": key, "marketo_lead_id": f"{person}", "marketo_campaign_id": "s"}
    match number % 11:
        case 0 | 1 | 2:
            kind = random.choice(["DELIVERED", "OPEN", "CLICK", "CLICK", "CLICK"])
            put(
                "stg_hubspot__email_events",
                hubspot_email_event_id=key,
                event_type=kind,
                recipient_email=f"P{person % 7}@d.example",
                hubspot_email_campaign_id=mail,
            )
            if kind == "CLICK":
                put(
                    "stg_hubspot__email_event_clicks",
                    hubspot_email_event_id=key,
                    link_url=random.choice(LINKS),
                )
        case 3:
            put(
                "stg_hubspot__contact_form_submissions",
                hubspot_conversion_id=key,
                hubspot_contact_id=f"{person % 5}",
                hubspot_form_id="f",
            )
        case 4:
            tag = random.choice(["Spring", "autumn", None])
            put("stg_hubspot__page_views", hubspot_page_view_id=key, hubspot_contact_id=f"{person}",
                page_url="https://a.example/pricing", utm_campaign=tag)  # fmt: skip
            put("stg_files__web_visits", web_visit_id=key, domain=f"d{person % 9}.example", utm_campaign=tag,
                page_url="https://a.example/pricing", email=random.choice([None, f"p{person}@d.example"]))  # fmt: skip
        case 5:
            put("stg_hubspot__engagements", hubspot_engagement_id=key, engagement_kind="CALL", owner_id="7")
            put(
                "stg_hubspot__engagement_calls",
                hubspot_engagement_id=key,
                call_direction="OUTBOUND",
                owner_id="7",
            )
            for other in {person, (person + 1) % PEOPLE}:
                put(
                    "stg_hubspot__engagement_contacts",
                    hubspot_engagement_id=key,
                    hubspot_contact_id=f"{other}",
                )
        case 6 | 7:
            table = random.choice(["email_delivered", "click_email", "click_email"])
            put(f"stg_marketo__{table}_activities", **marketo | {"marketo_lead_id": f"{person % 7}"},
                marketo_email_template_id="1",
                **({"link_url": random.choice(LINKS)} if table == "click_email" else {}))  # fmt: skip
        case 8:
            put("stg_marketo__fill_out_form_activities", **marketo | {"marketo_lead_id": f"{person % 5}"},
                primary_attribute_value="Demo request")  # fmt: skip
            put(
                "stg_marketo__program_status_activities",
                **marketo,
                marketo_program_id="p",
                new_status="Attended",
            )
        case 9:
            put("stg_pardot__visitor_activities", pardot_visitor_activity_id=key, pardot_visitor_id=f"v{person}",
                pardot_prospect_id=random.choice([None, f"{person}"]), activity_type_code=4, details="Demo request",
                activity_type_name="Form")  # fmt: skip
        case _:
            put("stg_salesforce__tasks", salesforce_task_id=key, salesforce_who_id=f"00Q{person}", task_subtype="Call",
                is_closed=True, owner_id="005x",
                completed_at=at + timedelta(days=random.choice([0, 0, 3])))  # fmt: skip
            # A day without a time begins when it begins in New York: that of DAY after the builds of DAY.
            put("stg_salesforce__campaign_members", salesforce_campaign_member_id=key, salesforce_lead_id=f"{person}",
                salesforce_campaign_id="1", status="Attended", has_responded=True,
                first_responded_at=random.choice([at, DAY.replace(hour=0)]), created_at=at)  # fmt: skip


def later(random: Random, tables: Tables, loaded_at: datetime, number: int) -> Tables:
    """A night: acts that come late, are corrected, deleted and restored; people and accounts that merge and move;
    campaigns, forms and visitors that change what they mean."""
    t = copy.deepcopy(tables)
    for n in range(number, number + 25):
        act(random, t, n, loaded_at)
    for table in KINDS:
        rows = t[f"staging.{table}"]
        for row in random.sample(rows, min(2, len(rows))):
            row["loaded_at"] = loaded_at
            row["is_deleted"] = not row["is_deleted"]
        for row in random.sample(rows, min(2, len(rows))):
            row["loaded_at"] = loaded_at
            row["occurred_at"] += timedelta(seconds=random.choice([-40, 2, 90]))
    records = t["core.bridge_lead_records"]
    for row in random.sample(records, 6):
        row["lead_id"] = f"lead{random.randrange(PEOPLE)}"
    for row in random.sample(records, 2):
        row["is_excluded"] = not row["is_excluded"]
    unextracted = t["intermediate.int_people__unextracted"]
    for row in random.sample(unextracted, 3):
        row["lead_id"] = f"lead{random.randrange(PEOPLE)}"
    for _ in range(3):
        lose(random, t)
        # One is extracted after all, and one is nobody's any more.
        records.append(unextracted.pop(0) | {"is_excluded": False})
        unextracted.pop(0)
        lose(random, t)
    for row in random.sample(t["core.bridge_lead_accounts"], 3):
        row["account_id"] = random.choice([None, "account1", "account2"])
    domain = random.choice(t["core.bridge_account_domains"])
    domain["is_ambiguous"] = not domain["is_ambiguous"]
    random.choice(t["core.bridge_account_domains"])["account_id"] = "account3"
    addresses = t["intermediate.int_people__addresses"]
    addresses.append(random.choice(addresses) | {"record_key": f"salesforce:lead:{number % PEOPLE}"})
    addresses.pop(0)
    visitor = random.choice(t["staging.stg_pardot__visitors"])
    visitor |= {"pardot_prospect_id": f"{number % PEOPLE}", "loaded_at": loaded_at}
    for place in range(number, number + 3):
        table, changes = LOOKUPS[place % len(LOOKUPS)]
        for row in t[table][:1]:
            row |= changes | ({"loaded_at": loaded_at} if "loaded_at" in row else {})
    return t


# What may come to mean something else, three of them each night.
LOOKUPS: list[tuple[str, dict[str, Any]]] = [
    ("intermediate.int_campaigns__tags", {"campaign_tag": "autumn"}),
    ("staging.stg_hubspot__email_campaigns", {"campaign_name": "Renamed"}),
    ("staging.stg_hubspot__forms", {"form_name": "Newsletter"}),
    ("staging.stg_marketo__campaigns", {"marketo_program_id": "q"}),
    ("staging.stg_marketo__programs", {"program_channel": "Webinar"}),
    ("staging.stg_marketo__email_templates", {"campaign_name": "Other", "marketo_program_id": "r"}),
    ("staging.stg_salesforce__campaigns", {"campaign_name": "Summer"}),
]


def belongings(tables: Tables) -> set[tuple[str, str]]:
    """Each lead with one of its records, or with its account."""
    records = [row for row in tables["core.bridge_lead_records"] if not row["is_excluded"]]
    records += tables["intermediate.int_people__unextracted"]
    accounts = tables["core.bridge_lead_accounts"]
    return {(row["lead_id"], row["record_key"]) for row in records} | {
        (row["lead_id"], f"account: {row['account_id']}") for row in accounts
    }


def former_addresses(now: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The addresses that records had of which one changed, came or went; none of a record that had none."""
    columns = ("record_key", "matching_email", "valid_from", "valid_to")
    said, said_before = ({tuple(row[column] for column in columns) for row in rows} for rows in (now, then))
    keys = {key for key, *_ in said ^ said_before}
    known = [row for row in said_before if row[0] in keys]
    known += [(key, None, None, None) for key in keys - {key for key, *_ in known}]
    return [dict(zip(columns, row, strict=True)) for row in known]


def fill(warehouse: Warehouse, tables: Tables) -> None:
    """Put the tables in, and what identity would tell of them: whose records, account or addresses differ."""
    names = ("core.bridge_lead_records", "intermediate.int_people__unextracted", "core.bridge_lead_accounts")
    moved = belongings(tables) ^ belongings({name: warehouse.rows(f"from {name}") for name in names})
    warehouse.put("intermediate.int_people__rematched", [{"lead_id": lead} for lead, _ in moved])
    addresses = "intermediate.int_people__addresses"
    warehouse.put(FORMER, former_addresses(tables[addresses], warehouse.rows(f"from {addresses}")))
    columns: dict[str, set[str]] = {}
    for row in warehouse.rows("select table_schema, table_name, column_name from information_schema.columns"):
        columns.setdefault(f"{row['table_schema']}.{row['table_name']}", set()).add(row["column_name"])
    for table, rows in tables.items():
        warehouse.put(table, [{k: v for k, v in row.items() if k in columns[table]} for row in rows])


def build(warehouse: Warehouse, tables: Tables, as_of: datetime, from_scratch: bool) -> dict[str, list[str]]:
    warehouse.as_of = as_of.isoformat()
    fill(warehouse, tables)
    warehouse.run(*MODELS, "--exclude", "int_campaigns__tags", full_refresh=from_scratch)
    # As a complete build of the records does.
    warehouse.execute(f"delete from {FORMER}")
    return warehouse.contents(TABLES)


@pytest.fixture
def kept(template: Warehouse, tmp_path: Path) -> Warehouse:
    """The warehouse that goes on from night to night."""
    return Warehouse.from_template(template, tmp_path / "kept")


def nights(random: Random, tables: Tables) -> Iterator[tuple[int, Tables]]:
    for night in range(1, 4):
        tables = later(random, tables, DAY + timedelta(days=night), 385 + 36 * night)
        yield night, tables


def test_nights_equal_builds_from_scratch(kept: Warehouse, tmp_path: Path) -> None:
    """The second night is killed between activities and engagements; the third makes it good."""
    random = Random(21)
    tables = company(random)
    previous = build(kept, tables, DAY, from_scratch=True)
    for night, data in nights(random, tables):
        # What was dated ahead comes in with the second night. A new instant is dear: dbt reads the project anew.
        as_of = DAY + timedelta(days=0 if night == 1 else 4)
        if night == 2:
            kept.as_of = as_of.isoformat()
            fill(kept, data)
            kept.run(
                "path:models/intermediate/engagements", "--exclude", "int_campaigns__tags", "int_engagements__built",
                full_refresh=False,
            )  # fmt: skip
            continue
        found = build(kept, data, as_of, from_scratch=False)
        fresh = Warehouse.from_template(kept, tmp_path / f"fresh{night}")
        fresh.run(*MODELS, "--exclude", "int_campaigns__tags", full_refresh=True)
        expected = fresh.contents(TABLES)
        for table in TABLES:
            assert found[table] == expected[table], (night, table)
            assert found[table] != previous[table], (night, table)
        previous = found


def test_only_what_changed_is_worked_out_anew(kept: Warehouse) -> None:
    """Marks in the stored rows show which were replaced: none on a night without news, one person's after one act.

    An act of a record that nobody extracted is its survivor's.
    """
    random = Random(22)
    tables = company(random)
    tables["intermediate.int_people__unextracted"].append(
        {"record_key": "hubspot:contact:merged", "lead_id": "lead4"}
    )
    build(kept, tables, DAY, from_scratch=True)
    for table in TABLES:
        kept.execute(f"update {table} set owner_id = 'mark'")
    marked = kept.contents(TABLES)
    kept.run(*MODELS, "--exclude", "int_campaigns__tags", full_refresh=False)
    assert kept.contents(TABLES) == marked
    submissions = tables["staging.stg_hubspot__contact_form_submissions"]
    late = submissions[0] | {"loaded_at": DAY + timedelta(hours=1)}
    submissions.append(late | {"hubspot_conversion_id": "late", "hubspot_contact_id": "3"})
    submissions.append(late | {"hubspot_conversion_id": "later", "hubspot_contact_id": "merged"})
    build(kept, tables, DAY, from_scratch=False)
    anew = "where owner_id is distinct from 'mark'"
    acts = kept.rows(
        f"select source_record_key from intermediate.int_engagements__activities {anew} order by 1"
    )
    assert [row["source_record_key"] for row in acts] == [
        "hubspot:form_submission:late",
        "hubspot:form_submission:later",
    ]
    leads = kept.rows(f"select distinct lead_id from core.fct_engagements {anew} order by 1")
    assert [row["lead_id"] for row in leads] == ["lead3", "lead4"]
