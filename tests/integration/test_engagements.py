"""Engagements: from vendor rows to one format, without machines, doubles and strangers."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import pytest

from tests.harness import PROJECT
from tests.reference.engagements import RANKS, Act, bots, kept, mapped

T0 = datetime(2026, 3, 2, 15, 0, 0)
TYPES = [
    "email_delivered", "email_opened", "email_clicked", "email_clicked", "email_clicked", "form_submitted", "sales_call"
]  # fmt: skip


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def _acts(rng: random.Random, lead: str) -> list[Act]:
    acts = []
    for i in range(rng.randint(2, 14)):
        kind = rng.choice(TYPES)
        is_email = kind.startswith("email")
        system = rng.choice(list(RANKS)) if not is_email else rng.choice(["hubspot", "marketo"])
        # Edges of every window, to the microsecond.
        offset = rng.choice(
            [0, 0, 0.3, 0.999999, 1, 1.000001, 2, 4.999999, 5, 5.000001, 59.999999, 60, 60.000001, 120]
        )
        acts.append(
            Act(
                key=f"{system}:act:{lead}{i:02d}",
                system=system,
                type=kind,
                lead=lead,
                at=at(offset + rng.choice([0, 0, 60, 3600])),
                asset=rng.choice([None, "Mail", "mail", "Guide"]),
                message=f"{system}:{lead}:{rng.choice('ab')}" if is_email and rng.random() < 0.95 else None,
                link=rng.choice(["/a", "/b", "/c", None]) if kind == "email_clicked" else None,
                says_bot=rng.random() < 0.05,
            )
        )
    return acts


def _activity(act: Act) -> dict[str, Any]:
    return {
        "source_record_key": act.key,
        "source_system": act.system,
        "person_record_key": f"salesforce:lead:{act.lead}",
        "occurred_at": act.at,
        "engagement_type": act.type,
        "asset": act.asset,
        "email_message_number": act.message and crc32(act.message.encode()),
        "link_url": act.link,
        "is_source_bot": act.says_bot,
        "is_human": False,
        "loaded_at": act.at,
    }


def _people(warehouse, leads: list[str], **more: Any) -> None:
    warehouse.put(
        "core.bridge_lead_records",
        [
            {"record_key": f"salesforce:lead:{lead}", "lead_id": lead, "is_excluded": False, **more}
            for lead in leads
        ],
    )
    warehouse.put(
        "core.bridge_lead_accounts", [{"lead_id": lead, "account_id": f"acc-{lead}"} for lead in leads]
    )


@pytest.mark.parametrize("seed", [1])
def test_machines_and_doubles_equal_the_reference(warehouse, seed: int) -> None:
    rng = random.Random(seed)
    companies = {f"lead{n:04d}": _acts(rng, f"lead{n:04d}") for n in range(1500)}
    _people(warehouse, list(companies))
    warehouse.put(
        "intermediate.int_engagements__activities",
        [_activity(act) for acts in companies.values() for act in acts],
    )
    warehouse.run("fct_engagements")
    got = {r["source_record_key"]: r for r in warehouse.rows("select * from core.fct_engagements")}
    expected = {
        act.key: act.key in machine
        for acts in companies.values()
        for machine, stays in [(bots(acts), kept(acts))]
        for act in acts
        if act.key in stays
    }
    assert {key: row["is_bot"] for key, row in got.items()} == expected
    assert sum(expected.values()) > 500, "too few machines to prove anything"
    assert len(expected) < sum(map(len, companies.values())) - 300, "too few doubles to prove anything"


def test_strangers_staff_and_companies(warehouse) -> None:
    _people(warehouse, ["known"])
    warehouse.put(
        "core.bridge_lead_records",
        [{"record_key": "salesforce:lead:staff", "lead_id": "staff", "is_excluded": True}],
        replace=False,
    )
    warehouse.put(
        "core.bridge_account_domains",
        [
            {
                "domain": "acme.example",
                "account_id": "acme",
                "domain_class": "corporate",
                "is_ambiguous": False,
            },
            {
                "domain": "shared.example",
                "account_id": "one",
                "domain_class": "corporate",
                "is_ambiguous": True,
            },
            {
                "domain": "shared.example",
                "account_id": "two",
                "domain_class": "corporate",
                "is_ambiguous": True,
            },
        ],
    )

    def row(key: str, **columns: Any) -> dict[str, Any]:
        return _activity(Act(key, "files", "page_viewed", "known", T0)) | columns

    # What a person did before their record was merged away stays theirs, also when nobody extracted that record.
    warehouse.put(
        "intermediate.int_people__unextracted", [{"record_key": "marketo:lead:merged", "lead_id": "known"}]
    )
    warehouse.put(
        "intermediate.int_engagements__activities",
        [
            row("files:known"),
            row("files:merged", person_record_key="marketo:lead:merged", occurred_at=at(900)),
            row("files:lost", person_record_key="marketo:lead:lost", occurred_at=at(900)),
            row("files:staff", person_record_key="salesforce:lead:staff", occurred_at=at(500)),
            row("files:nobody", person_record_key=None),
            row("files:company", person_record_key=None, company_domain="acme.example"),
            row("files:group", person_record_key=None, company_domain="shared.example"),
            row("files:unmapped", engagement_type=None),
        ],
    )
    warehouse.run("fct_engagements", "fct_unmapped_activities")
    got = warehouse.rows(
        "select source_record_key, lead_id, account_id from core.fct_engagements order by all"
    )
    assert [tuple(r.values()) for r in got] == [
        ("files:company", None, "acme"),
        ("files:known", "known", "acc-known"),
        ("files:merged", "known", "acc-known"),
    ]
    reasons = warehouse.rows(
        "select reason, activity_count from quality.fct_unmapped_activities order by all"
    )
    assert [tuple(r.values()) for r in reasons] == [
        ("missing_record", 1),
        ("no_mapping", 1),
        ("unknown_person", 3),
    ]


def test_two_contacts_of_one_lead_meet_once(warehouse) -> None:
    warehouse.put(
        "core.bridge_lead_records",
        [
            {"record_key": f"hubspot:contact:{n}", "lead_id": lead, "is_excluded": False}
            for n, lead in [(1, "a"), (2, "a"), (3, "b")]
        ],
    )
    base = _activity(Act("hubspot:engagement:9", "hubspot", "sales_meeting", "a", T0))
    warehouse.put(
        "intermediate.int_engagements__activities",
        [base | {"person_record_key": f"hubspot:contact:{n}"} for n in (1, 2, 3)],
    )
    warehouse.run("fct_engagements")
    got = warehouse.rows("select engagement_id, lead_id from core.fct_engagements order by lead_id")
    assert [r["lead_id"] for r in got] == ["a", "b"]
    assert len({r["engagement_id"] for r in got}) == 2


def _staging(warehouse) -> None:
    """One of everything, in the staging tables."""
    loaded = {"loaded_at": datetime(2026, 4, 1), "first_loaded_at": datetime(2026, 4, 1), "is_deleted": False}

    def put(table: str, *rows: dict[str, Any]) -> None:
        columns = {
            r["column_name"]
            for r in warehouse.rows(
                "select column_name from information_schema.columns "
                f"where table_schema = 'staging' and table_name = 'stg_{table}'"
            )
        }
        usual = {name: value for name, value in loaded.items() if name in columns}
        warehouse.put(f"staging.stg_{table}", [usual | r for r in rows])

    task = {"salesforce_who_id": "00Qlead", "owner_id": "005rep", "completed_at": T0}
    put(
        "salesforce__tasks",
        {**task, "salesforce_task_id": "call", "task_subtype": "Call", "is_closed": True},
        {**task, "salesforce_task_id": "open", "task_subtype": "Call", "is_closed": False, "completed_at": None,
         "status": "Not Started", "activity_date": T0.date()},
        {**task, "salesforce_task_id": "queue", "task_subtype": "Call", "status": "Completed", "owner_id": "00Gqueue"},
        {**task, "salesforce_task_id": "step", "task_subtype": "Email", "is_closed": True, "sequence_step_id": "s1"},
        {**task, "salesforce_task_id": "mail", "task_type": "Email", "task_subtype": "Task", "is_closed": True},
        {**task, "salesforce_task_id": "day", "task_type": "LinkedIn Message", "is_closed": True, "completed_at": None,
         "activity_date": T0.date()},
        {**task, "salesforce_task_id": "todo", "task_type": "Other", "is_closed": True},
        {**task, "salesforce_task_id": "gone", "task_subtype": "Call", "is_closed": True, "is_deleted": True},
        {**task, "salesforce_task_id": "later", "task_subtype": "Call", "is_closed": True,
         "completed_at": datetime(2027, 1, 1)},
    )  # fmt: skip
    event = {
        "salesforce_who_id": "003contact",
        "owner_id": "005rep",
        "started_at": T0,
        "created_at": at(-9000),
    }
    put(
        "salesforce__events",
        {**event, "salesforce_event_id": "held"},
        {**event, "salesforce_event_id": "absent", "is_no_show": True},
        {**event, "salesforce_event_id": "child", "is_child": True},
        {**event, "salesforce_event_id": "off", "meeting_outcome": "No Show"},
    )
    put(
        "salesforce__campaigns",
        {"salesforce_campaign_id": "web", "campaign_name": "Webinar: Numbers", "campaign_type": "Webinar"},
        {"salesforce_campaign_id": "t1", "campaign_name": "Twin"},
        {"salesforce_campaign_id": "t2", "campaign_name": "twin"},
    )
    put("pardot__campaigns", {"pardot_campaign_id": "4", "campaign_name": "Webinar  numbers"})
    member = {"salesforce_campaign_id": "web", "salesforce_lead_id": "00Qlead", "created_at": T0}
    put(
        "salesforce__campaign_members",
        {**member, "salesforce_campaign_member_id": "yes", "status": "Attended", "has_responded": True},
        {**member, "salesforce_campaign_member_id": "no", "status": "Sent", "has_responded": False},
        {
            **member,
            "salesforce_campaign_member_id": "day",
            "status": "Sent",
            "has_responded": True,
            "first_responded_at": datetime(2026, 3, 9),
        },
        {
            **member,
            "salesforce_campaign_member_id": "time",
            "status": "Sent",
            "has_responded": True,
            "first_responded_at": at(7),
        },
    )
    mail = {
        "hubspot_email_campaign_id": "77", "recipient_email": " Old@Acme.example ", "is_filtered": False,
        "sent_hubspot_email_event_id": "s",
    }  # fmt: skip
    put(
        "hubspot__email_events",
        {**mail, "hubspot_email_event_id": "d", "event_type": "DELIVERED", "occurred_at": T0},
        {**mail, "hubspot_email_event_id": "o", "event_type": "OPEN", "occurred_at": at(100)},
        {**mail, "hubspot_email_event_id": "k", "event_type": "CLICK", "occurred_at": at(110)},
        {**mail, "hubspot_email_event_id": "b", "event_type": "BOUNCE", "occurred_at": at(1)},
        {**mail, "hubspot_email_event_id": "f", "event_type": "FORWARD", "occurred_at": at(1)},
    )
    put("hubspot__email_event_clicks", {"hubspot_email_event_id": "k", "link_url": "https://x.example/a"})
    put("hubspot__email_event_bounces", {"hubspot_email_event_id": "b", "bounce_category": "UNKNOWN_USER"})
    put("hubspot__email_campaigns", {"hubspot_email_campaign_id": "77", "campaign_name": "News"})
    put("hubspot__forms", {"hubspot_form_id": "f1", "form_name": "Newsletter"})
    form = {
        "hubspot_contact_id": "1",
        "page_url": "https://www.demo-site.example/news?x=1",
        "occurred_at": T0,
    }
    put(
        "hubspot__contact_form_submissions",
        {**form, "hubspot_conversion_id": "n", "hubspot_form_id": "f1", "page_title": "News"},
        {
            **form,
            "hubspot_conversion_id": "d",
            "hubspot_form_id": None,
            "page_url": "https://x.example/book-a-Demo/",
        },
    )
    put(
        "hubspot__page_views",
        {"hubspot_page_view_id": "p", "hubspot_contact_id": "1", "page_url": "https://x.example/Pricing/?a=b",
         "occurred_at": T0},
        {"hubspot_page_view_id": "c", "hubspot_contact_id": "1", "page_url": "https://x.example/", "occurred_at": T0,
         "utm_medium": "cpc", "utm_campaign": "webinar numbers"},
        # A name that two campaigns have means neither; one that nobody has is unknown.
        {"hubspot_page_view_id": "t", "hubspot_contact_id": "1", "page_url": "https://x.example/t", "occurred_at": T0,
         "utm_campaign": "twin"},
        {"hubspot_page_view_id": "i", "hubspot_contact_id": "1", "page_url": "https://x.example/i", "occurred_at": T0,
         "utm_campaign": "WEB"},
    )  # fmt: skip
    kinds = [("1", "CALL"), ("2", "EMAIL"), ("3", "EMAIL"), ("4", "EMAIL"), ("5", "MEETING"), ("6", "MEETING"),
             ("7", "TASK"), ("8", "TASK"), ("9", "NOTE"), ("10", "COMMUNICATION"), ("11", "TASK"),
             ("12", "TASK")]  # fmt: skip
    put(
        "hubspot__engagements",
        *(
            {"hubspot_engagement_id": n, "engagement_kind": k, "owner_id": "40", "occurred_at": T0}
            for n, k in kinds
        ),
    )
    put(
        "hubspot__engagement_contacts",
        *({"hubspot_engagement_id": n, "hubspot_contact_id": "1"} for n, _ in kinds),
    )
    put(
        "hubspot__engagement_emails",
        {"hubspot_engagement_id": "2", "email_direction": "EMAIL"},
        {"hubspot_engagement_id": "3", "email_direction": "INCOMING_EMAIL"},
        {"hubspot_engagement_id": "4", "email_direction": "EMAIL", "sequence_id": "7"},
    )
    put(
        "hubspot__engagement_meetings",
        {
            "hubspot_engagement_id": "5",
            "hs_meeting_outcome": "COMPLETED",
            "started_at": T0,
            "created_at": at(-500),
        },
        {
            "hubspot_engagement_id": "6",
            "hs_meeting_outcome": "NO_SHOW",
            "started_at": T0,
            "created_at": at(-400),
        },
    )
    put(
        "hubspot__engagement_tasks",
        {"hubspot_engagement_id": "7", "task_type": "CALL", "task_status": "COMPLETED", "completed_at": T0},
        {"hubspot_engagement_id": "8", "task_type": "CALL", "task_status": "NOT_STARTED", "due_at": T0},
        # The date of a task that was opened again says nothing; without a status it says all that is known.
        {
            "hubspot_engagement_id": "11",
            "task_type": "CALL",
            "task_status": "NOT_STARTED",
            "completed_at": T0,
        },
        {"hubspot_engagement_id": "12", "task_type": "CALL", "task_status": " ", "completed_at": T0},
    )
    marketo = {"marketo_lead_id": "5", "occurred_at": T0, "primary_attribute_value": "Mail 1"}
    put(
        "marketo__click_email_activities",
        {**marketo, "marketo_activity_id": "1", "link_url": "/a", "is_bot_activity": True},
    )
    put(
        "marketo__fill_out_form_activities",
        {**marketo, "marketo_activity_id": "2", "primary_attribute_value": "Request a Demo"},
    )
    put("marketo__programs", {"marketo_program_id": "9", "campaign_name": "Fair", "program_channel": "Event"})
    put(
        "marketo__program_status_activities",
        {**marketo, "marketo_activity_id": "3", "marketo_program_id": "9", "new_status": "Attended"},
        {**marketo, "marketo_activity_id": "4", "marketo_program_id": "9", "new_status": "Invited"},
    )
    put(
        "pardot__visitor_activities",
        {"pardot_visitor_activity_id": "1", "pardot_prospect_id": "8", "activity_type_code": 24, "occurred_at": T0,
         "details": "Webinar"},
        {"pardot_visitor_activity_id": "2", "pardot_visitor_id": "v", "activity_type_code": 2, "occurred_at": T0,
         "details": "https://x.example/pricing"},
    )  # fmt: skip
    put("pardot__visitors", {"pardot_visitor_id": "v", "pardot_prospect_id": "8"})
    warehouse.put(
        "intermediate.int_domains__hosts",
        [{"host": "www.acme.example", "domain": "acme.example", "domain_class": "corporate"}],
    )
    put(
        "files__web_visits",
        {"web_visit_id": "1", "email": "\u3000New@acme.example\u200b", "page_url": "/", "occurred_at": T0,
         "utm_campaign": "Webinar_Numbers"},
        {
            "web_visit_id": "2",
            "domain": "https://www.Acme.example/about",
            "page_url": "x.example/pricing#top",
            "occurred_at": T0,
        },
        # For matching, a tag is no part of an address: neither of what was typed nor of what is known.
        {"web_visit_id": "3", "email": "new+blog@acme.example", "page_url": "/", "occurred_at": T0},
        {"web_visit_id": "4", "email": "tagged@acme.example", "page_url": "/", "occurred_at": T0},
    )  # fmt: skip
    put(
        "files__intent_signals",
        {
            "intent_signal_id": "1",
            "email": "\ufeffold@acme.example\u2003",
            "topic": "CRM",
            "occurred_at": at(9),
        },
    )
    # The address first was contact 1's, then contact 2's: an e-mail of March belongs to 1.
    warehouse.put(
        "intermediate.int_people__addresses",
        [
            {"record_key": f"hubspot:contact:{contact}", "matching_email": f"{local}@acme.example", "valid_from": since,
             "valid_to": until}
            for contact, local, since, until in [
                (1, "old", datetime(2025, 1, 1), datetime(2026, 4, 1)),
                (1, "new", datetime(2026, 4, 1), None),
                (2, "old", datetime(2026, 4, 1), None),
                (3, "tagged", None, None),
            ]
        ],
    )  # fmt: skip


EXPECTED = {
    # key: (type, person, campaign, asset, is_human)
    "salesforce:task:call": ("sales_call", "salesforce:lead:00Qlead", None, None, True),
    "salesforce:task:queue": ("sales_call", "salesforce:lead:00Qlead", None, None, False),
    "salesforce:task:step": ("sequence_step", "salesforce:lead:00Qlead", None, None, False),
    "salesforce:task:mail": ("sales_email", "salesforce:lead:00Qlead", None, None, True),
    "salesforce:task:day": ("sales_message", "salesforce:lead:00Qlead", None, None, True),
    "salesforce:task:todo": (None, "salesforce:lead:00Qlead", None, None, False),
    "salesforce:event:held": ("sales_meeting", "salesforce:contact:003contact", None, None, True),
    "salesforce:campaign_member:yes": (
        "webinar_attended", "salesforce:lead:00Qlead", "salesforce:campaign:web", "Webinar: Numbers", False
    ),
    **{
        f"salesforce:campaign_member:{key}": (
            "webinar_registered", "salesforce:lead:00Qlead", "salesforce:campaign:web", "Webinar: Numbers", False
        )
        for key in ("day", "time")
    },
    "hubspot:email_event:d": ("email_delivered", "hubspot:contact:1", "hubspot:email_campaign:77", "News", False),
    "hubspot:email_event:o": ("email_opened", "hubspot:contact:1", "hubspot:email_campaign:77", "News", False),
    "hubspot:email_event:k": ("email_clicked", "hubspot:contact:1", "hubspot:email_campaign:77", "News", False),
    "hubspot:email_event:b": ("email_hard_bounced", "hubspot:contact:1", "hubspot:email_campaign:77", "News", False),
    "hubspot:email_event:f": (None, "hubspot:contact:1", "hubspot:email_campaign:77", "News", False),
    "hubspot:form_submission:n": ("form_submitted", "hubspot:contact:1", None, "Newsletter", False),
    "hubspot:form_submission:d": ("demo_requested", "hubspot:contact:1", None, "/book-a-demo", False),
    "hubspot:page_view:p": ("pricing_page_viewed", "hubspot:contact:1", None, "/pricing", False),
    "hubspot:page_view:c": ("ad_clicked", "hubspot:contact:1", "salesforce:campaign:web", "/", False),
    "hubspot:page_view:t": ("page_viewed", "hubspot:contact:1", None, "/t", False),
    "hubspot:page_view:i": ("page_viewed", "hubspot:contact:1", "salesforce:campaign:web", "/i", False),
    "hubspot:engagement:1": ("sales_call", "hubspot:contact:1", None, None, True),
    "hubspot:engagement:2": ("sales_email", "hubspot:contact:1", None, None, True),
    "hubspot:engagement:3": ("email_replied", "hubspot:contact:1", None, None, False),
    "hubspot:engagement:4": ("sequence_step", "hubspot:contact:1", None, None, False),
    "hubspot:engagement:5": ("sales_meeting", "hubspot:contact:1", None, None, True),
    "hubspot:engagement:7": ("sales_call", "hubspot:contact:1", None, None, True),
    "hubspot:engagement:12": ("sales_call", "hubspot:contact:1", None, None, True),
    "hubspot:engagement:10": ("sales_message", "hubspot:contact:1", None, None, True),
    "marketo:click_email:1": ("email_clicked", "marketo:lead:5", None, "Mail 1", False),
    "marketo:fill_out_form:2": ("demo_requested", "marketo:lead:5", None, "Request a Demo", False),
    "marketo:program_status:3": ("event_attended", "marketo:lead:5", "marketo:program:9", "Fair", False),
    "marketo:program_status:4": (None, "marketo:lead:5", "marketo:program:9", "Fair", False),
    "pardot:visitor_activity:1": ("webinar_attended", "pardot:prospect:8", None, "Webinar", False),
    "pardot:visitor_activity:2": ("pricing_page_viewed", "pardot:prospect:8", None, "/pricing", False),
    "files:web_visit:1": ("page_viewed", "hubspot:contact:1", "salesforce:campaign:web", "/", False),
    "files:web_visit:3": ("page_viewed", "hubspot:contact:1", None, "/", False),
    "files:web_visit:4": ("page_viewed", "hubspot:contact:3", None, "/", False),
    "files:web_visit:2": ("pricing_page_viewed", None, None, "/pricing", False),
    "files:intent_signal:1": ("third_party_intent", "hubspot:contact:1", None, "CRM", False),
}  # fmt: skip


def test_every_source_speaks_one_format(warehouse) -> None:
    _staging(warehouse)
    warehouse.run("dim_campaigns", "models/intermediate/engagements")
    rows = warehouse.rows("select * from intermediate.int_engagements__activities")
    got = {
        r["source_record_key"]: (
            r["engagement_type"], r["person_record_key"], r["campaign_id"], r["asset"], r["is_human"]
        )
        for r in rows
    }  # fmt: skip
    assert got == EXPECTED
    by_key = {r["source_record_key"]: r for r in rows}
    assert by_key["salesforce:task:day"]["occurred_at"] == datetime(2026, 3, 2, 5), "midnight in New York"
    assert by_key["salesforce:campaign_member:yes"]["occurred_at"] == T0, "when it was added"
    assert by_key["salesforce:campaign_member:day"]["occurred_at"] == datetime(2026, 3, 9, 4), (
        "likewise, in summer"
    )
    assert by_key["salesforce:campaign_member:time"]["occurred_at"] == at(7)
    assert by_key["marketo:click_email:1"]["is_source_bot"]
    assert by_key["hubspot:email_event:k"]["link_url"] == "https://x.example/a"
    message = by_key["hubspot:email_event:d"]["email_message_number"]
    assert message is not None
    assert message == by_key["hubspot:email_event:o"]["email_message_number"]
    assert by_key["files:web_visit:2"]["company_domain"] == "acme.example"


def test_mappings_equal_the_reference(warehouse) -> None:
    with (PROJECT / "seeds" / "definitions" / "engagement_mappings.csv").open(
        encoding="utf-8", newline=""
    ) as handle:
        mappings = list(csv.DictReader(handle))
    rng = random.Random(3)
    words = sorted({word for row in mappings for word in row["detail_pattern"].split("%") if word})
    activities = sorted({(row["source_system"], row["source_activity"]) for row in mappings})
    expected = {}
    for system in RANKS:
        rows = []
        for _ in range(400):
            activity = rng.choice([name for owner, name in activities if owner == system] + ["other"])
            parts = [rng.choice([*words, "x", "É", "_"]) for _ in range(rng.randrange(4))]
            detail = rng.choice([None, " ".join(parts), "".join(parts).upper()])
            key = f"{system}:test:{len(expected)}"
            expected[key] = mapped(mappings, system, activity, detail)
            rows.append(
                {"source_record_key": key, "source_activity": activity, "detail": detail, "occurred_at": T0}
            )
        warehouse.put(f"intermediate.int_engagements__{system}_activities", rows)
    warehouse.run("int_engagements__activities")
    got = warehouse.rows(
        "select source_record_key, engagement_type from intermediate.int_engagements__activities"
    )
    assert {r["source_record_key"]: r["engagement_type"] for r in got} == expected
    assert len(set(expected.values())) > 15, "too few types to prove anything"
