"""A dozen hand-made people through the loader and the models, against what the semantics say of each, to the millisecond.

What is expected stands beside each case. New York is five hours behind UTC until 8 March 2026, then four.
"""

# ruff: noqa: E501 -- the extracts are tables, a row a line
from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.landing import Landing, Published
from tests.reference.identity import key

AS_OF = datetime(2026, 7, 1)
ANN, TOM, QUEUE = (
    "salesforce:user:005000000000ANN",
    "salesforce:user:005000000000TOM",
    "salesforce:group:00G000000000QUE",
)


def at(text: str) -> datetime:
    """`03-02 15:00` of 2026."""
    return datetime.fromisoformat(f"2026-{text}")


# name: (created, title, owner today, status today, rejection reason today)
PEOPLE = {
    # Asks for a demo a minute before the record exists; decided exactly when due; touched a millisecond late.
    "edge": ("03-02T15:00:00", "VP, Sales", "005000000000ANN", "Working", ""),
    # Recycled, asks at that very instant and again later, disqualified for good, comes back by an opportunity, lost.
    "back": ("03-10T13:00:00", "", "005000000000ANN", "Rejected", "Bad fit: company size"),
    # Rejected while raw, for a reason that recycles: a conflict, no transition.
    "stray": ("03-02T15:00:00", "", "005000000000ANN", "Rejected", "Not ready"),
    # Five page views of three points each, at most twelve at any instant.
    "views": ("03-01T00:00:00", "VP, Sales", "005000000000ANN", "New", ""),
    # 65 points are an MQL under version 1 and none under version 2.
    "later": ("01-10T00:00:00", "VP, Sales", "005000000000ANN", "New", ""),
    "sooner": ("01-10T00:00:00", "VP, Sales", "005000000000ANN", "New", ""),
    # Accepted before anything qualified it.
    "proven": ("03-02T15:00:00", "", "005000000000ANN", "Working", ""),
    # Working when anybody first looked, and no history says since when: dated at creation, and a guess starts no clock.
    "guessed": ("05-04T15:00:00", "", "005000000000ANN", "Working", ""),
    # With a queue for two and a half hours, then with somebody in Tokyo, where it is night.
    "queued": ("06-15T13:00:00", "", "005000000000TOM", "New", ""),
    # An hour before the close of the day before a holiday.
    "holiday": ("06-18T20:00:00", "", "005000000000ANN", "New", ""),
    # Seven of eight hours used.
    "risky": ("06-30T14:00:00", "", "005000000000ANN", "New", ""),
    # Two people of a target account.
    "first": ("02-10T00:00:00", "VP, Sales", "005000000000ANN", "New", ""),
    "second": ("02-10T00:00:00", "", "005000000000ANN", "New", ""),
}
NUMBER = {name: number for number, name in enumerate(PEOPLE, start=1)}
# Known to both systems at one instant: of two records of one age the smaller key names the lead.
LEAD = {name: key(f"hubspot:contact:{number}") for name, number in NUMBER.items()}
ACCOUNT = key("salesforce:account:001000000000001")
RECORDS = {
    "salesforce:contact:003000000000001",
    *(f"salesforce:lead:00Q000000000{number:03d}" for number in NUMBER.values()),
    *(f"hubspot:contact:{number}" for number in NUMBER.values()),
}


def write(landing: Landing) -> None:
    def table(name: str, header: str, *rows: str) -> None:
        landing.csv(name, "\n".join([header, *rows]), name="promises.csv")

    email = {n: f"{n}@acme-mq.com" if n in ("first", "second") else f"{n}.judged@gmail.com" for n in PEOPLE}
    stamp = "2026-06-30T23:00:00Z"
    table(
        "salesforce/user", "Id|Name|Email|IsActive|TimeZoneSidKey|SystemModstamp",
        f"005000000000ANN|Ann|ann@seller.example|true|America/New_York|{stamp}",
        f"005000000000TOM|Tom|tom@seller.example|true|Asia/Tokyo|{stamp}",
    )  # fmt: skip
    table("salesforce/group", "Id|Name|Type|SystemModstamp", f"00G000000000QUE|Inbound|Queue|{stamp}")
    table(
        "salesforce/lead",
        "Id|Email|Name|Title|Company|OwnerId|Status|Rejection_Reason__c|IsDeleted|IsConverted|CreatedDate|SystemModstamp",
        *(
            f"00Q000000000{NUMBER[n]:03d}|{email[n]}|{n.title()} Judged|{title}||{owner}|{status}|{reason}|false|false|2026-{created}Z|{stamp}"
            for n, (created, title, owner, status, reason) in PEOPLE.items()
        ),
    )
    history = [
        ("edge", "03-03T15:00:00", "Status", "New", "Working"),
        ("back", "03-10T18:00:00", "Status", "New", "Rejected"),
        ("back", "03-10T18:00:00", "Rejection_Reason__c", "", "Not ready"),
        ("back", "03-12T12:00:00", "Status", "Rejected", "New"),
        ("back", "03-13T14:00:00", "Status", "New", "Rejected"),
        ("back", "03-13T14:00:00", "Rejection_Reason__c", "Not ready", "Bad fit: company size"),
        ("stray", "03-05T15:00:00", "Status", "New", "Rejected"),
        ("stray", "03-05T15:00:00", "Rejection_Reason__c", "", "Not ready"),
        ("proven", "03-04T15:00:00", "Status", "New", "Working"),
        ("queued", "06-15T15:30:00", "Owner", "00G000000000QUE", "005000000000TOM"),
    ]
    table(
        "salesforce/lead_history", "Id|LeadId|Field|OldValue|NewValue|CreatedDate",
        *(
            f"017000000000{i:03d}|00Q000000000{NUMBER[who]:03d}|{field}|{old}|{new}|2026-{when}Z"
            for i, (who, when, field, old, new) in enumerate(history)
        ),
    )  # fmt: skip
    # A call logged a millisecond too late, and a meeting that was not booked before it began.
    table(
        "salesforce/task", "Id|WhoId|OwnerId|Subject|TaskSubtype|Status|IsClosed|CompletedDateTime|CreatedDate|SystemModstamp",
        f"00T000000000001|00Q000000000{NUMBER['edge']:03d}|005000000000ANN|Call|Call|Completed|true|2026-03-02T16:00:00.001Z|2026-03-02T16:00:00.001Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/event", "Id|WhoId|OwnerId|Subject|StartDateTime|EndDateTime|ActivityDateTime|CreatedDate|SystemModstamp",
        f"00U000000000001|00Q000000000{NUMBER['edge']:03d}|005000000000ANN|Discovery|2026-03-04T14:00:00Z|2026-03-04T14:30:00Z|2026-03-04T14:00:00Z|2026-03-04T14:00:00Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/contact", "Id|Email|Name|OwnerId|IsDeleted|CreatedDate|SystemModstamp",
        f"003000000000001|{email['back']}|Back Judged|005000000000ANN|false|2026-03-31T12:00:00Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/opportunity",
        "Id|Name|OwnerId|StageName|Amount|IsClosed|IsWon|IsDeleted|CloseDate|Loss_Reason__c|CreatedDate|SystemModstamp",
        f"006000000000001|Back|005000000000ANN|Closed Lost|1000|true|false|false|2026-04-20|Price|2026-04-01T12:00:00Z|{stamp}",
    )
    table(
        "salesforce/opportunity_contact_role", "Id|OpportunityId|ContactId|Role|IsPrimary|CreatedDate|SystemModstamp",
        f"00K000000000001|006000000000001|003000000000001|Buyer|true|2026-04-01T12:30:00Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/opportunity_history", "Id|OpportunityId|StageName|Amount|CreatedDate|SystemModstamp",
        f"008000000000001|006000000000001|Prospecting|1000|2026-04-01T12:00:00Z|{stamp}",
        f"008000000000002|006000000000001|Closed Lost|1000|2026-04-10T10:00:00Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/opportunity_stage", "Id|ApiName|MasterLabel|IsClosed|IsWon|SystemModstamp",
        f"01J000000000001|Prospecting|Prospecting|false|false|{stamp}",
        f"01J000000000002|Closed Lost|Closed Lost|true|false|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/account", "Id|Name|Website|Industry|NumberOfEmployees|BillingCountry|OwnerId|IsDeleted|CreatedDate|SystemModstamp",
        f"001000000000001|Acme MQ|https://www.acme-mq.com|Software|500|United States|005000000000TOM|false|2026-01-15T00:00:00Z|{stamp}",
    )  # fmt: skip
    table(
        "salesforce/account_history", "Id|AccountId|Field|OldValue|NewValue|CreatedDate",
        "017000000000901|001000000000001|Owner|005000000000ANN|005000000000TOM|2026-05-01T00:00:00Z",
    )  # fmt: skip

    table(
        "hubspot/contact", "id|property_email|property_createdate|property_lastmodifieddate",
        *(f"{number}|{email[n]}|2026-{PEOPLE[n][0]}|2026-06-30T23:00:00" for n, number in NUMBER.items()),
    )  # fmt: skip
    forms = [
        ("edge", "demo", "03-02T14:59:00"),
        ("back", "demo", "03-10T14:00:00"),
        ("back", "demo", "03-10T18:00:00"),
        ("back", "demo", "03-12T13:00:00"),
        ("back", "demo", "03-20T14:00:00"),
        ("later", "newsletter", "01-20T12:00:00"),
        ("later", "newsletter", "02-05T12:00:00"),
        ("sooner", "newsletter", "01-20T12:00:00"),
        ("sooner", "newsletter", "01-25T12:00:00"),
        ("proven", "demo", "03-05T15:00:00"),
        ("queued", "demo", "06-15T13:00:00"),
        ("holiday", "demo", "06-18T20:00:00"),
        ("risky", "demo", "06-30T14:00:00"),
    ]
    table(
        "hubspot/contact_form_submission", "conversion_id|contact_id|page_url|title|timestamp",
        *(
            f"form{i}|{NUMBER[who]}|https://www.seller.example/{page}|A page|2026-{when}"
            for i, (who, page, when) in enumerate(forms)
        ),
    )  # fmt: skip
    views = [("views", "blog", f"03-{day:02d}T12:00:00") for day in range(2, 7)]
    views += [("later", "pricing", "02-07T12:00:00"), ("first", "pricing", "04-06T14:00:00")]
    table(
        "hubspot/event_page_view", "id|contact_id|url|occurred_at",
        *(
            f"view{i}|{NUMBER[who]}|https://www.seller.example/{page}|2026-{when}"
            for i, (who, page, when) in enumerate(views)
        ),
    )  # fmt: skip
    table(
        "hubspot/email_event", "id|type|recipient|email_campaign_id|created",
        f"click1|CLICK|{email['second']}|9|2026-04-07T15:00:00",
    )  # fmt: skip


# (stage, when, cycle, version, trigger, inferred)
TRANSITIONS = {
    "edge": [
        ("raw", "03-02 15:00", 1, 2, "lead_created", False),
        ("mql", "03-02 15:00", 1, 2, "hand_raiser", False),
        ("sal", "03-03 15:00", 1, 2, "rep_accepted", False),
        ("sqo", "03-04 14:00", 1, 2, "discovery_call", False),
    ],
    "back": [
        ("raw", "03-10 13:00", 1, 2, "lead_created", False),
        ("mql", "03-10 14:00", 1, 2, "hand_raiser", False),
        ("raw", "03-10 18:00", 2, 2, "crm_fact:rejected", False),
        ("mql", "03-12 13:00", 2, 2, "hand_raiser", False),
        ("lost", "03-13 14:00", 2, 2, "crm_fact:rejected", False),
        ("mql", "04-01 12:30", 3, 2, "crm_fact:opportunity_created", True),
        ("sal", "04-01 12:30", 3, 2, "crm_fact:opportunity_created", True),
        ("sqo", "04-01 12:30", 3, 2, "crm_fact:opportunity_created", True),
        ("opportunity", "04-01 12:30", 3, 2, "crm_fact:opportunity_created", False),
        ("lost", "04-10 10:00", 3, 2, "crm_fact:opportunity_lost", False),
    ],
    "stray": [("raw", "03-02 15:00", 1, 2, "lead_created", False)],
    "views": [("raw", "03-01 00:00", 1, 2, "lead_created", False)],
    "later": [
        ("raw", "01-10 00:00", 1, 1, "lead_created", False),
        ("mql", "02-07 12:00", 1, 2, "score", False),
    ],
    "sooner": [
        ("raw", "01-10 00:00", 1, 1, "lead_created", False),
        ("mql", "01-25 12:00", 1, 1, "score", False),
    ],
    "proven": [
        ("raw", "03-02 15:00", 1, 2, "lead_created", False),
        ("mql", "03-04 15:00", 1, 2, "rep_accepted", True),
        ("sal", "03-04 15:00", 1, 2, "rep_accepted", False),
    ],
    "guessed": [
        ("raw", "05-04 15:00", 1, 2, "lead_created", False),
        ("mql", "05-04 15:00", 1, 2, "rep_accepted", True),
        ("sal", "05-04 15:00", 1, 2, "rep_accepted", True),
    ],
    "queued": [
        ("raw", "06-15 13:00", 1, 2, "lead_created", False),
        ("mql", "06-15 13:00", 1, 2, "hand_raiser", False),
    ],
    "holiday": [
        ("raw", "06-18 20:00", 1, 2, "lead_created", False),
        ("mql", "06-18 20:00", 1, 2, "hand_raiser", False),
    ],
    "risky": [
        ("raw", "06-30 14:00", 1, 2, "lead_created", False),
        ("mql", "06-30 14:00", 1, 2, "hand_raiser", False),
    ],
    "first": [("raw", "02-10 00:00", 1, 2, "lead_created", False)],
    "second": [("raw", "02-10 00:00", 1, 2, "lead_created", False)],
}

# (commitment, cycle): (started, due, stopped, status, owner asked, who answers, business minutes or None)
LATE = "03-02 16:00:00.001"
CLOCKS: dict[str, dict[tuple[str, int], tuple[Any, ...]]] = {
    "edge": {
        ("mql_decision", 1): ("03-02 15:00", "03-03 15:00", "03-03 15:00", "met", ANN, ANN, 480),
        ("handoff", 1): ("03-02 15:00", "03-02 17:00", "03-02 15:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("03-02 15:00", "03-02 16:00", LATE, "breached", ANN, ANN, 60 + 0.001 / 60),
        ("hand_raiser_response", 1): (
            "03-02 14:59",
            "03-02 15:59",
            LATE,
            "breached",
            ANN,
            ANN,
            61 + 0.001 / 60,
        ),
        ("first_outreach", 1): ("03-03 15:00", "03-04 15:00", "03-04 14:00", "met", ANN, ANN, 420),
        # Over the change to summer time: the fourth day ends an hour earlier in UTC.
        ("sal_outcome", 1): ("03-03 15:00", "03-09 14:00", "03-04 14:00", "met", ANN, ANN, 420),
    },
    "back": {
        ("mql_decision", 1): ("03-10 14:00", "03-11 14:00", "03-10 18:00", "met", ANN, ANN, 240),
        ("handoff", 1): ("03-10 14:00", "03-10 16:00", "03-10 14:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("03-10 14:00", "03-10 15:00", None, "breached", ANN, ANN, None),
        ("hand_raiser_response", 1): ("03-10 14:00", "03-10 15:00", None, "breached", ANN, ANN, None),
        ("mql_decision", 2): ("03-12 13:00", "03-12 21:00", "03-13 14:00", "breached", ANN, ANN, 540),
        ("handoff", 2): ("03-12 13:00", "03-12 15:00", "03-12 13:00", "met", ANN, ANN, 0),
        ("first_touch", 2): ("03-12 13:00", "03-12 14:00", None, "breached", ANN, ANN, None),
        ("hand_raiser_response", 2): ("03-12 13:00", "03-12 14:00", None, "breached", ANN, ANN, None),
    },
    "later": {
        ("mql_decision", 1): ("02-07 12:00", "02-09 22:00", None, "breached", ANN, ANN, None),
        ("handoff", 1): ("02-07 12:00", "02-07 14:00", "02-07 12:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("02-07 12:00", "02-09 15:00", None, "breached", ANN, ANN, None),
    },
    "sooner": {
        ("mql_decision", 1): ("01-25 12:00", "01-26 22:00", None, "breached", ANN, ANN, None),
        ("handoff", 1): ("01-25 12:00", "01-25 14:00", "01-25 12:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("01-25 12:00", "01-26 15:00", None, "breached", ANN, ANN, None),
    },
    "proven": {
        ("first_outreach", 1): ("03-04 15:00", "03-05 15:00", None, "breached", ANN, ANN, None),
        ("sal_outcome", 1): ("03-04 15:00", "03-10 14:00", None, "breached", ANN, ANN, None),
        ("hand_raiser_response", 1): ("03-05 15:00", "03-05 16:00", None, "breached", ANN, ANN, None),
    },
    "queued": {
        ("mql_decision", 1): ("06-15 13:00", "06-15 21:00", None, "breached", QUEUE, TOM, None),
        ("handoff", 1): ("06-15 13:00", "06-15 15:00", "06-15 15:30", "breached", QUEUE, QUEUE, 150),
        ("first_touch", 1): ("06-15 15:30", "06-16 01:00", None, "breached", TOM, TOM, None),
        ("hand_raiser_response", 1): ("06-15 13:00", "06-15 14:00", None, "breached", QUEUE, QUEUE, None),
    },
    "holiday": {
        ("mql_decision", 1): ("06-18 20:00", "06-22 20:00", None, "breached", ANN, ANN, None),
        ("handoff", 1): ("06-18 20:00", "06-18 22:00", "06-18 20:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("06-18 20:00", "06-18 21:00", None, "breached", ANN, ANN, None),
        ("hand_raiser_response", 1): ("06-18 20:00", "06-18 21:00", None, "breached", ANN, ANN, None),
    },
    "risky": {
        ("mql_decision", 1): ("06-30 14:00", "07-01 14:00", None, "at_risk", ANN, ANN, 420),
        ("handoff", 1): ("06-30 14:00", "06-30 16:00", "06-30 14:00", "met", ANN, ANN, 0),
        ("first_touch", 1): ("06-30 14:00", "06-30 15:00", None, "breached", ANN, ANN, 420),
        ("hand_raiser_response", 1): ("06-30 14:00", "06-30 15:00", None, "breached", ANN, ANN, 420),
    },
}


@pytest.mark.parametrize("name", PEOPLE)
def test_the_ledger(judged: Published, name: str) -> None:
    rows = judged.rows(
        f"select * from core.fct_lifecycle_transitions where lead_id = '{LEAD[name]}' order by transition_number"
    )
    found = [
        (
            r["to_stage"],
            r["occurred_at"],
            r["cycle_number"],
            r["definition_version"],
            r["trigger"],
            r["is_inferred"],
        )
        for r in rows
    ]
    assert found == [(stage, at(when), *rest) for stage, when, *rest in TRANSITIONS[name]]
    [lead] = judged.rows(f"select * from core.dim_leads where lead_id = '{LEAD[name]}'")
    assert (lead["lifecycle_stage"], lead["lifecycle_stage_entered_at"]) == found[-1][:2]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_clocks(judged: Published, name: str) -> None:
    found = {
        (r["commitment_id"], r["cycle_number"]): (
            r["started_at"], r["due_at"], r["stopped_at"], r["status"], r["owner_id"], r["answerable_owner_id"],
            r["business_minutes"],
        )
        for r in judged.rows(f"select * from sla.fct_sla_clocks where lead_id = '{LEAD[name]}'")
    }  # fmt: skip
    wanted = CLOCKS.get(name, {})
    assert found.keys() == wanted.keys()
    for clock, (started, due, stopped, *rest, minutes) in wanted.items():
        instants = (at(started), at(due), at(stopped) if stopped else None)
        assert found[clock][:6] == (*instants, *rest), clock
        if minutes is not None:
            assert found[clock][6] == pytest.approx(minutes, abs=1e-9), clock


def test_queue_and_person_share_the_time(judged: Published) -> None:
    [clock] = judged.rows(
        f"select * from sla.fct_sla_clocks where lead_id = '{LEAD['queued']}' and commitment_id = 'mql_decision'"
    )
    total = (AS_OF - at("06-15 13:00")).total_seconds() / 60
    assert (clock["queue_minutes"], clock["rep_minutes"]) == (150, total - 150)
    assert clock["elapsed_minutes"] == total


def test_points_stop_at_the_maximum_and_end_with_their_window(judged: Published) -> None:
    """25 for the title; each view 3 for thirty days, at most 12 together under version 2."""
    rows = judged.rows(
        f"select * from core.fct_lead_scores where lead_id = '{LEAD['views']}' order by valid_from"
    )
    steps = [
        ("03-01 00:00", 25), ("03-02 12:00", 28), ("03-03 12:00", 31), ("03-04 12:00", 34), ("03-05 12:00", 37),
        # The fifth view on 6 March and the end of the first on 1 April change nothing: four still make twelve.
        ("04-02 12:00", 34), ("04-03 12:00", 31), ("04-04 12:00", 28), ("04-05 12:00", 25),
    ]  # fmt: skip
    assert [(r["valid_from"], r["score"]) for r in rows] == [(at(when), score) for when, score in steps]
    assert [r["valid_to"] for r in rows] == [*[at(when) for when, _ in steps[1:]], None]
    assert {(r["firmographic_score"], r["intent_score"]) for r in rows} == {(25, 0)}


def test_the_account_and_its_clock(judged: Published) -> None:
    rows = judged.rows(
        f"select * from core.fct_account_stage_transitions where account_id = '{ACCOUNT}' order by transition_number"
    )
    assert [(r["to_stage"], r["occurred_at"], r["trigger"], r["is_inferred"]) for r in rows] == [
        ("untracked", at("01-15 00:00"), "account_created", False),
        ("target", at("01-15 00:00"), "on_list", False),
        ("engaged", at("04-07 15:00"), "several_people", False),
        ("mqa", at("04-07 15:00"), "decision_maker_intent", False),
    ]
    [clock] = judged.rows(f"select * from sla.fct_sla_clocks where subject_id = '{ACCOUNT}'")
    # The close of the same day in New York; the owner of that time, not Tom of today.
    assert (clock["commitment_id"], clock["started_at"], clock["due_at"]) == (
        "mqa_response", at("04-07 15:00"), at("04-07 21:00"),
    )  # fmt: skip
    assert (clock["owner_id"], clock["answerable_owner_id"], clock["status"]) == (ANN, ANN, "breached")


def test_rejections_and_conflicts(judged: Published) -> None:
    found = [
        (r["cycle_number"], r["rejected_at"], r["reason_code"], r["raw_reason"], r["disposition"])
        for r in judged.rows("select * from feedback.fct_rejections order by rejected_at")
    ]
    assert found == [
        (1, at("03-10 18:00"), "not_ready", "Not ready", "recycle"),
        (2, at("03-13 14:00"), "bad_fit_size", "Bad fit: company size", "disqualify"),
    ]
    strays = judged.rows(
        "select * from core.fct_status_conflicts where conflict_kind = 'rejection_out_of_stage'"
    )
    assert [(r["lead_id"], r["detected_at"], r["ledger_stage"]) for r in strays] == [
        (LEAD["stray"], at("03-05 15:00"), "raw")
    ]


def test_opportunity_of_the_one_who_came_back(judged: Published) -> None:
    [deal] = judged.rows(
        "select * from core.fct_opportunities where opportunity_id = 'salesforce:opportunity:006000000000001'"
    )
    assert (deal["primary_lead_id"], deal["closed_at"], deal["is_open"], deal["is_won"]) == (
        LEAD["back"], at("04-10 10:00"), False, False,
    )  # fmt: skip
    assert (deal["loss_reason"], deal["loss_area"]) == ("price", "message")
    # The first touch in the ninety days before was a demo form: marketing's.
    assert deal["is_marketing_sourced"]
    assert deal["is_marketing_influenced"]
