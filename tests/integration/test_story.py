"""A company of five people whose every number was worked out by hand from the semantics, through the whole night.

The extracts are written as a CRM and a marketing automation would deliver them (CSV, Salesforce in the vendor's own
spelling); the night loads, builds and publishes; the published file is then read as an analyst would.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests import nights

AS_OF = "2026-04-01T00:00:00"


def _write(folder: Path, table: str, rows: list[dict]) -> None:
    path = folder / table
    path.mkdir(parents=True, exist_ok=True)
    columns = list({name: None for row in rows for name in row})
    with (path / "extract.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(rows)


def _write_extracts(landing: Path) -> None:
    salesforce, hubspot = landing / "salesforce", landing / "hubspot"
    stamp = "2026-03-31T00:00:00.000Z"
    _write(
        salesforce,
        "User",
        [
            {
                "Id": "005000000000ANN",
                "Name": "Ann",
                "Email": "ann@seller.example",
                "IsActive": "true",
                "TimeZoneSidKey": "America/New_York",
                "SystemModstamp": stamp,
            },
            {
                "Id": "005000000000BEN",
                "Name": "Ben",
                "Email": "ben@seller.example",
                "IsActive": "true",
                "TimeZoneSidKey": "America/New_York",
                "SystemModstamp": stamp,
            },
        ],
    )
    _write(
        salesforce,
        "Group",
        [{"Id": "00G000000000QUE", "Name": "Inbound", "Type": "Queue", "SystemModstamp": stamp}],
    )
    _write(
        salesforce,
        "Account",
        [
            {
                "Id": "001000000000ACM",
                "Name": "Acme Corporation",
                "Website": "https://www.acme-works.com/about",
                "Industry": "Software",
                "NumberOfEmployees": 500,
                "BillingCountry": "United States",
                "OwnerId": "005000000000ANN",
                "IsDeleted": "false",
                "CreatedDate": "2025-01-01T00:00:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    lead = {
        "OwnerId": "005000000000ANN",
        "IsDeleted": "false",
        "IsConverted": "false",
        "Status": "Open - Not Contacted",
        "LeadSource": "Web",
        "SystemModstamp": stamp,
    }
    _write(
        salesforce,
        "Lead",
        [
            # Jane asks for a demo, is accepted, met, and buys. Known to HubSpot an hour before Salesforce.
            lead
            | {
                "Id": "00Q00000000JANEAAA",
                "Email": " Jane.Doe@Acme-Works.com ",
                "FirstName": "Jane",
                "LastName": "Doe",
                "Name": "Jane Doe",
                "Title": "VP, Marketing",
                "Company": "Acme",
                "Status": "Closed - Converted",
                "IsConverted": "true",
                "ConvertedDate": "2026-03-03",
                "ConvertedContactId": "003000000000JAN",
                "ConvertedAccountId": "001000000000ACM",
                "ConvertedOpportunityId": "006000000000JAN",
                "CreatedDate": "2026-03-02T15:00:00.000Z",
            },
            # Rex reaches the score, is rejected as not ready, and recycled.
            lead
            | {
                "Id": "00Q000000000REX",
                "Email": "rex@acme-works.com",
                "Name": "Rex Roe",
                "Title": "Director of Operations",
                "Company": "Acme",
                "Status": "Rejected",
                "Rejection_Reason__c": "Not ready",
                "CreatedDate": "2026-02-16T14:00:00.000Z",
            },
            # Sid asked to talk on a Friday evening and nobody answered.
            lead
            | {
                "Id": "00Q000000000SID",
                "Email": "sid@gmail.com",
                "Name": "Sid Sole",
                "Company": "Sole Trader",
                "OwnerId": "00G000000000QUE",
                "CreatedDate": "2026-03-27T22:30:00.000Z",
            },
            # A merged duplicate of Rex, and a member of staff.
            lead
            | {
                "Id": "00Q000000000DUP",
                "Email": "r.roe@old-mail.com",
                "Name": "R Roe",
                "Company": "Acme",
                "IsDeleted": "true",
                "MasterRecordId": "00Q000000000REXAAA",
                "CreatedDate": "2026-02-17T14:00:00.000Z",
            },
            lead
            | {
                "Id": "00Q000000000STF",
                "Email": "intern@concord-demo.example",
                "Name": "An Intern",
                "Company": "Us",
                "CreatedDate": "2026-02-17T14:00:00.000Z",
            },
        ],
    )
    _write(
        salesforce,
        "Contact",
        [
            {
                "Id": "003000000000JAN",
                "AccountId": "001000000000ACM",
                "OwnerId": "005000000000ANN",
                "Email": "jane.doe@acme-works.com",
                "Name": "Jane Doe",
                "Title": "VP, Marketing",
                "IsDeleted": "false",
                "CreatedDate": "2026-03-03T18:00:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )

    def change(number: int, lead_id: str, at: str, field: str, old: str, new: str) -> dict:
        return {
            "Id": f"017{number:012d}",
            "LeadId": lead_id,
            "CreatedById": "005000000000ANN",
            "CreatedDate": at,
            "Field": field,
            "OldValue": old,
            "NewValue": new,
            "IsDeleted": "false",
        }

    jane, rex = "00Q00000000JANE", "00Q000000000REX"
    _write(
        salesforce,
        "LeadHistory",
        [
            change(1, jane, "2026-03-02T15:05:00.000Z", "Owner", "00G000000000QUE", "005000000000ANN"),
            change(
                2, jane, "2026-03-02T16:00:00.000Z", "Status", "Open - Not Contacted", "Working - Contacted"
            ),
            change(
                3, jane, "2026-03-03T18:00:00.000Z", "Status", "Working - Contacted", "Closed - Converted"
            ),
            change(4, rex, "2026-02-20T20:00:00.000Z", "Status", "Open - Not Contacted", "Rejected"),
            change(5, rex, "2026-02-20T20:00:00.000Z", "Rejection_Reason__c", "", "Not ready"),
        ],
    )
    _write(
        salesforce,
        "Task",
        [
            {
                "Id": "00T000000000001",
                "WhoId": jane,
                "OwnerId": "005000000000ANN",
                "Subject": "Call",
                "TaskSubtype": "Call",
                "Status": "Completed",
                "IsClosed": "true",
                "IsDeleted": "false",
                "CreatedDate": "2026-03-02T15:40:00.000Z",
                "CompletedDateTime": "2026-03-02T15:45:00.000Z",
                "SystemModstamp": stamp,
            },
            {
                "Id": "00T000000000002",
                "WhoId": "00Q000000000SID",
                "OwnerId": "005000000000ANN",
                "Subject": "Call Sid",
                "TaskSubtype": "Call",
                "Status": "Not Started",
                "IsClosed": "false",
                "IsDeleted": "false",
                "CreatedDate": "2026-03-28T15:40:00.000Z",
                "SystemModstamp": stamp,
            },
        ],
    )
    _write(
        salesforce,
        "Event",
        [
            {
                "Id": "00U000000000001",
                "WhoId": jane,
                "OwnerId": "005000000000ANN",
                "Subject": "Discovery",
                "StartDateTime": "2026-03-03T17:00:00.000Z",
                "EndDateTime": "2026-03-03T17:30:00.000Z",
                "IsDeleted": "false",
                "IsChild": "false",
                "CreatedDate": "2026-03-03T16:59:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    _write(
        salesforce,
        "Campaign",
        [
            {
                "Id": "701000000000WEB",
                "Name": "Spring webinar",
                "Type": "Webinar",
                "IsDeleted": "false",
                "CreatedDate": "2026-02-01T00:00:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    _write(
        salesforce,
        "CampaignMember",
        [
            {
                "Id": "00v000000000001",
                "CampaignId": "701000000000WEB",
                "LeadId": rex,
                "Status": "Attended",
                "HasResponded": "true",
                "FirstRespondedDate": "2026-02-17T18:00:00.000Z",
                "CreatedDate": "2026-02-16T18:00:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    _write(
        salesforce,
        "Opportunity",
        [
            {
                "Id": "006000000000JAN",
                "AccountId": "001000000000ACM",
                "OwnerId": "005000000000ANN",
                "Name": "Acme first order",
                "StageName": "Closed Won",
                "IsClosed": "true",
                "IsWon": "true",
                "IsDeleted": "false",
                "Amount": 12000,
                "CloseDate": "2026-03-20",
                "CreatedDate": "2026-03-03T18:00:00.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    _write(
        salesforce,
        "OpportunityContactRole",
        [
            {
                "Id": "00K000000000001",
                "OpportunityId": "006000000000JAN",
                "ContactId": "003000000000JAN",
                "Role": "Decision Maker",
                "IsPrimary": "true",
                "IsDeleted": "false",
                "CreatedDate": "2026-03-03T18:00:05.000Z",
                "SystemModstamp": stamp,
            }
        ],
    )
    _write(
        hubspot,
        "contact",
        [
            {
                "id": 11,
                "property_email": "jane.doe+news@acme-works.com",
                "property_createdate": "2026-03-02 14:00:00",
                "property_lastmodifieddate": "2026-03-30 14:00:00",
            },
            {
                "id": 12,
                "property_email": "rex@acme-works.com",
                "property_createdate": "2026-02-16 14:30:00",
                "property_lastmodifieddate": "2026-03-30 14:00:00",
            },
            {
                "id": 13,
                "property_email": "sid@gmail.com",
                "property_createdate": "2026-03-27 22:00:00",
                "property_lastmodifieddate": "2026-03-30 14:00:00",
            },
        ],
    )
    _write(
        hubspot,
        "form",
        [
            {"guid": "demo", "name": "Request a demo"},
            {"guid": "guide", "name": "Buyer guide download"},
            {"guid": "sales", "name": "Contact sales"},
        ],
    )
    _write(
        hubspot,
        "contact_form_submission",
        [
            # Half a minute before the record exists: the form is often sent a moment before.
            {"conversion_id": "s1", "contact_id": 11, "form_id": "demo", "timestamp": "2026-03-02 13:59:30"},
            {"conversion_id": "s2", "contact_id": 12, "form_id": "guide", "timestamp": "2026-02-18 15:00:00"},
            {"conversion_id": "s3", "contact_id": 13, "form_id": "sales", "timestamp": "2026-03-27 22:00:00"},
        ],
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    _write_extracts(folder / "landing")
    warehouse = folder / "warehouse"
    night = nights.run(folder / "landing", warehouse, AS_OF, models_only=True)
    assert night.code == 0, night.output
    with duckdb.connect(str(folder / "warehouse/published/concord.duckdb"), read_only=True) as connection:
        yield connection


def _rows(connection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def lead_of(published):
    return dict(_rows(published, "select record_key, lead_id from core.bridge_lead_records"))


def test_records_of_one_person_are_one_lead(lead_of) -> None:
    people = [
        {"salesforce:lead:00Q00000000JANE", "salesforce:contact:003000000000JAN", "hubspot:contact:11"},
        {"salesforce:lead:00Q000000000REX", "salesforce:lead:00Q000000000DUP", "hubspot:contact:12"},
        {"salesforce:lead:00Q000000000SID", "hubspot:contact:13"},
        {"salesforce:lead:00Q000000000STF"},
    ]
    by_lead: dict[str, set[str]] = {}
    for record, lead in lead_of.items():
        by_lead.setdefault(lead, set()).add(record)
    assert sorted(by_lead.values(), key=sorted) == sorted(people, key=sorted)


def test_staff_appear_in_no_other_mart(published, lead_of) -> None:
    staff = lead_of["salesforce:lead:00Q000000000STF"]
    assert _rows(published, f"select count(*) from core.dim_leads where lead_id = '{staff}'") == [(0,)]
    assert _rows(
        published, "select is_excluded from core.bridge_lead_records where record_key like '%STF'"
    ) == [(True,)]


def _ledger(published, lead: str) -> list[tuple]:
    return _rows(
        published,
        "select cycle_number, from_stage, to_stage, occurred_at, is_inferred, definition_version "
        f"from core.fct_lifecycle_transitions where lead_id = '{lead}' order by transition_number",
    )


def test_jane_goes_from_raw_to_customer(published, lead_of) -> None:
    assert _ledger(published, lead_of["hubspot:contact:11"]) == [
        (1, None, "raw", datetime(2026, 3, 2, 14), False, 2),
        (1, "raw", "mql", datetime(2026, 3, 2, 14), False, 2),
        (1, "mql", "sal", datetime(2026, 3, 2, 16), False, 2),
        # The meeting was booked a minute before it was held: a dated next step is a clause of its own.
        (1, "sal", "sqo", datetime(2026, 3, 3, 16, 59), False, 2),
        (1, "sqo", "opportunity", datetime(2026, 3, 3, 18), False, 2),
        # No history of the stage: the close date, at midnight in New York (daylight saving began on 8 March).
        (1, "opportunity", "customer", datetime(2026, 3, 20, 4), False, 2),
    ]


def test_rex_reaches_the_score_and_is_recycled(published, lead_of) -> None:
    # Webinar 30 + guide 20 + director 15 + decision-maker 10 + account that fits 15 = 90, over 75 with the guide.
    assert _ledger(published, lead_of["hubspot:contact:12"]) == [
        (1, None, "raw", datetime(2026, 2, 16, 14), False, 2),
        (1, "raw", "mql", datetime(2026, 2, 18, 15), False, 2),
        (2, "mql", "raw", datetime(2026, 2, 20, 20), False, 2),
    ]


def test_rex_score_is_a_step_function(published, lead_of) -> None:
    lead = lead_of["hubspot:contact:12"]
    assert _rows(
        published,
        "select valid_from, score, firmographic_score, engagement_score, intent_score "
        f"from core.fct_lead_scores where lead_id = '{lead}' order by valid_from",
    ) == [
        (datetime(2026, 2, 16, 14), 40, 40, 0, 0),
        (datetime(2026, 2, 17, 18), 70, 40, 30, 0),
        (datetime(2026, 2, 18, 15), 90, 40, 50, 0),
        # Recycled: from the attributes alone.
        (datetime(2026, 2, 20, 20), 40, 40, 0, 0),
    ]


def test_everybody_at_acme_is_on_the_account(published, lead_of) -> None:
    assert dict(
        _rows(
            published,
            "select b.lead_id, b.match_method || ' ' || coalesce(a.account_name, '') "
            "from core.bridge_lead_accounts as b left join core.dim_accounts as a using (account_id)",
        )
    ) == {
        lead_of["hubspot:contact:11"]: "crm_link Acme Corporation",
        lead_of["hubspot:contact:12"]: "email_domain Acme Corporation",
        lead_of["hubspot:contact:13"]: "unmatched ",
    }


def _clocks(published, lead: str) -> dict[str, tuple]:
    return {
        row[0]: row[1:]
        for row in _rows(
            published,
            "select commitment_id, started_at, due_at, stopped_at, status from sla.fct_sla_clocks "
            f"where lead_id = '{lead}'",
        )
    }


def test_what_was_promised_to_jane(published, lead_of) -> None:
    clocks = _clocks(published, lead_of["hubspot:contact:11"])
    # Monday 2 March, 9:00 in New York, is 14:00 UTC: eight business hours end at 17:00 there.
    assert clocks["mql_decision"] == (
        datetime(2026, 3, 2, 14),
        datetime(2026, 3, 2, 22),
        datetime(2026, 3, 2, 16),
        "met",
    )
    assert clocks["first_touch"] == (
        datetime(2026, 3, 2, 15, 5),
        datetime(2026, 3, 2, 16, 5),
        datetime(2026, 3, 2, 15, 45),
        "met",
    )
    assert clocks["handoff"] == (
        datetime(2026, 3, 2, 14),
        datetime(2026, 3, 2, 16),
        datetime(2026, 3, 2, 15, 5),
        "met",
    )
    # The meeting is the first human touch after acceptance: an hour more than a day later.
    assert clocks["first_outreach"][2:] == (datetime(2026, 3, 3, 17), "breached")


def test_nobody_answered_sid(published, lead_of) -> None:
    clocks = _clocks(published, lead_of["hubspot:contact:13"])
    # Friday 27 March, 18:00 in New York, is after hours: eight business hours run through Monday 30 March.
    assert clocks["mql_decision"] == (
        datetime(2026, 3, 27, 22),
        datetime(2026, 3, 30, 21),
        None,
        "breached",
    )
    assert clocks["handoff"][2:] == (None, "breached")
    assert "first_touch" not in clocks


def test_the_deal_is_credited_to_the_demo_request_and_the_sales_touches(published, lead_of) -> None:
    rows = _rows(
        published,
        "select c.conversion_type, r.channel, r.credit_share, r.credit_usd "
        "from attribution.fct_attribution_credits as r "
        "join attribution.fct_conversions as c using (conversion_id) "
        "where c.opportunity_id is not null order by c.conversion_type, r.channel, r.credit_usd",
    )
    # Jane's demo request, call and meeting; Rex is at the account: his webinar and guide count too.
    revenue = [row for row in rows if row[0] == "revenue"]
    assert [row[1] for row in revenue] == ["content", "sales", "sales", "webinar", "website"]
    assert all(row[2] == 0.2 for row in revenue)
    assert sum(row[3] for row in revenue) == 12000
