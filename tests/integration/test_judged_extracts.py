"""Small extracts written by hand, through the loader and the models, against rows written down from the semantics.

Every case has ids and domains of its own; what a case expects stands beside its rows.
"""

# ruff: noqa: E501 -- the extracts are tables, a row a line
from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.integration import test_judged_promises
from tests.landing import Landing, Published
from tests.reference.identity import key


def sf(prefix: str, number: int, tail: str = "") -> str:
    """A Salesforce id of 15 characters, or of 18 with a tail."""
    return f"{prefix}5g0000000{number:03d}{tail}"


def _write_people(landing: Landing) -> None:
    # Vendor spelling, 18 characters, US dates, a byte-order mark is the loader's own business.
    landing.csv(
        "salesforce/lead",
        """
        Id                 | Email                 | FirstName | LastName | Title | Company    | Country       | IsConverted | ConvertedContactId | ConvertedAccountId | MasterRecordId     | IsDeleted | CreatedDate          | SystemModstamp       | OwnerId            | LeadSource | HasOptedOutOfEmail
        00Q5g0000000001AAA | a@chain.com           | Ann       | One      |       | Chain      | Deutschland   | false       |                    |                    | 00Q5g0000000002AAA | true      | 2026-01-03T10:00:00Z | 2026-02-01T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000002AAA | b@chain.com           | Bea       | Two      | CFO   | Chain      | Deutschland   | false       |                    |                    | 00Q5g0000000003AAA | true      | 2026-01-02T10:00:00Z | 2026-02-02T00:00:00Z | 0055g0000000001AAA | Web        | true
        00Q5g0000000003AAA | C@Chain.com           | Cy        | Three    |       | Chain      | Select        | false       |                    |                    |                    | false     | 2026-01-05T10:00:00Z | 2026-02-03T00:00:00Z | 00G5g0000000001AAA | Web        | false
        00Q5g0000000010AAA | k1@many.com           | Kim       | Ten      | VP    | Many       | United States | true        | 0035g0000000010AAA | 0015g0000000010AAA |                    | false     | 2026-01-10T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Event      | false
        00Q5g0000000011AAA | k2@many.com           | Kim       | Ten      | VP    | Many       | United States | true        | 0035g0000000010    | 0015g0000000010    |                    | false     | 2026-01-11T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Event      | false
        00Q5g0000000020AAA | Info@role.com         | Ida       | Role     |       | Role       |               | false       |                    |                    |                    | false     | 2026-01-12T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000030AAA | Dana+webinar@plus.com | Dana      | Plus     | CEO   | Plus       | UK            | false       |                    |                    |                    | false     | 2026-01-13T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000040AAA | bob@@bad.com          | Bob       | Bad      |       | Bad        |               | false       |                    |                    |                    | false     | 2026-01-14T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000041AAA | bob@@bad.com          | Rob       | Bad      |       | Bad        |               | false       |                    |                    |                    | false     | 2026-01-14T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000050AAA | eve@concord-demo.example | Eve    | Staff    |       | Us         |               | false       |                    |                    |                    | false     | 2026-01-15T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000051AAA | someone@real.com      | Test      | Test     |       | Real       |               | false       |                    |                    |                    | false     | 2026-01-15T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000060AAA | gone@gone.com         | Gus       | Gone     |       | Gone       |               | false       |                    |                    |                    | true      | 2026-01-16T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000070AAA | late@late.com         | Lee       | Late     |       | Late       |               | false       |                    |                    |                    | false     | 2026-07-02T10:00:00Z | 2026-07-02T10:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000080AAA | old@newest.com        | Nia       | Old      | Clerk | Newest     |               | false       |                    |                    |                    | false     | 2026-01-17T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g00000000aAAAA | case@lower.com        | Case      | Lower    |       | Lower      |               | false       |                    |                    |                    | false     | 2026-01-17T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g00000000AaAAA | case@upper.com        | Case      | Upper    |       | Upper      |               | false       |                    |                    |                    | false     | 2026-01-17T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        00Q5g0000000090AAA | sf@bounced.com        | Bo        | Sf       |       | Bounced    |               | false       |                    |                    |                    | false     | 2026-01-17T10:00:00Z | 2026-02-03T00:00:00Z | 0055g0000000001AAA | Web        | false
        """,
    )  # fmt: skip
    # An older version in a later file does not win; a version with the same stamp in a later file does.
    landing.parquet(
        "salesforce/lead",
        {"id": "00Q5g0000000080", "email": "older@newest.com", "last_name": "Older", "title": "Boss",
         "created_date": datetime(2026, 1, 17, 10), "system_modstamp": datetime(2026, 1, 20)},
        {"id": "00Q5g0000000090AAA", "email": "sf@bounced.com", "last_name": "Sf", "title": "CTO",
         "email_bounced_date": datetime(2026, 5, 1), "email_bounced_reason": "550 no such user",
         "created_date": datetime(2026, 1, 17, 10), "system_modstamp": datetime(2026, 2, 3)},
        name="b.parquet",
    )  # fmt: skip
    landing.parquet(
        "salesforce/contact",
        {"id": sf("003", 10), "account_id": sf("001", 10), "email": "kim@many.com", "first_name": "Kim",
         "last_name": "Ten", "title": "COO", "is_deleted": False, "created_date": datetime(2026, 2, 1),
         "system_modstamp": datetime(2026, 2, 3), "mailing_country": "FRA", "owner_id": sf("005", 2, "AAA")},
        {"id": sf("003", 11, "AAA"), "account_id": sf("001", 11, "AAA"), "email": "kept@keys.com", "last_name": "Kept",
         "is_deleted": False, "created_date": datetime(2026, 2, 1), "system_modstamp": datetime(2026, 2, 3)},
        {"id": sf("003", 12, "AAA"), "account_id": sf("001", 11, "AAA"), "email": "lost@keys.com", "last_name": "Lost",
         "is_deleted": False, "created_date": datetime(2026, 2, 1), "system_modstamp": datetime(2026, 2, 3)},
    )  # fmt: skip
    landing.parquet("salesforce/contact", {"id": sf("003", 10)}, {"id": sf("003", 11)}, name="b.keys.parquet")

    def contact(number: int, **properties: Any) -> dict[str, Any]:
        given = {
            "createdate": "2026-03-01T00:00:00Z",
            "lastmodifieddate": "2026-03-02T00:00:00Z",
        } | properties
        return {"id": number, "archived": bool(given.pop("archived", False)), "properties": given}

    landing.jsonl(
        "hubspot/contact",
        contact(5001, email="int1@hub.com", hs_merged_object_ids=5002),  # one id: a number
        contact(5002, email="int2@hub.com", archived=True, createdate="2026-02-20T00:00:00Z"),
        contact(5010, email="list1@hub.com", hs_merged_object_ids="5011;5012"),
        contact(5011, email="list2@hub.com", archived=True),
        contact(5012, email="list3@hub.com", archived=True),
        contact(5020, email="link1@hub.com", hs_merged_object_ids="5021"),  # and 5022 went into 5021 before
        contact(5021, email="link2@hub.com", archived=True),
        contact(5022, email="link3@hub.com", archived=True),
        contact(5030, email="Dana@plus.com", jobtitle="Chief", firstname="Dana", lastname="Plus"),
        contact(5040, email="info@role.com", company="Role"),
        contact(5050, email="elsewhere@declared.com", salesforceleadid="00Q5g0000000040", hs_email_optout="true"),
        contact(5060, email="hub@bounced.com", createdate="2026-02-01T00:00:00Z"),
        contact(5061, email="again@bounced.com", createdate="2026-02-01T00:00:00Z"),
        contact(5062, email="moved.new@bounced.com", createdate="2026-02-01T00:00:00Z"),
    )  # fmt: skip
    landing.jsonl(
        "hubspot/contact_merge_audit",
        {"canonical-vid": 5021, "vid-to-merge": 5022, "timestamp": 1772582400000},
    )
    landing.jsonl(
        "hubspot/email_event",
        *(
            {"id": f"e{n}", "type": kind, "recipient": to, "created": at, "emailCampaignId": 1}
            for n, (kind, to, at) in enumerate([
                ("DELIVERED", "hub@bounced.com", "2026-05-01T00:00:00Z"),
                ("BOUNCE", "hub@bounced.com", "2026-05-02T00:00:00Z"),
                ("BOUNCE", "again@bounced.com", "2026-05-01T00:00:00Z"),
                ("DELIVERED", "again@bounced.com", "2026-05-02T00:00:00Z"),
                ("OPEN", "moved.old@bounced.com", "2026-02-10T00:00:00Z"),
            ])
        ),
    )  # fmt: skip
    landing.jsonl(
        "hubspot/email_event_bounce", {"id": "e1", "category": "HARD_BOUNCE"}, {"id": "e2", "category": "HARD_BOUNCE"}
    )  # fmt: skip
    landing.jsonl(
        "hubspot/contact_property_history",
        {"contact_id": 5062, "name": "email", "value": "moved.old@bounced.com", "timestamp": "2026-02-01T00:00:00Z"},
        {"contact_id": 5062, "name": "email", "value": "moved.new@bounced.com", "timestamp": "2026-02-15T00:00:00Z"},
    )  # fmt: skip
    landing.csv(
        "marketo/lead",
        """
        id  | email          | firstName | lastName | sfdcContactId      | createdAt           | updatedAt           | unsubscribed
        201 | m1@market.com  | Mo        | One      |                    | 2026-04-01T00:00:00 | 2026-04-02T00:00:00 | false
        202 | m2@market.com  | Mo        | Two      |                    | 2026-03-01T00:00:00 | 2026-04-02T00:00:00 | true
        204 | m4@market.com  | Mo        | Four     | 0035g0000000011AAA | 2026-04-01T00:00:00 | 2026-04-02T00:00:00 | false
        205 | m5@market.com  | Mo        | Five     |                    | 2026-04-01T00:00:00 | 2026-04-02T00:00:00 | false
        """,
    )
    landing.csv(
        "marketo/activity_merge_leads",
        """
        id | lead_id | merge_ids | activity_date
        1  | 201     | [202,203] | 2026-05-01T00:00:00
        """,
    )
    landing.csv(
        "marketo/activity_delete_lead",
        """
        id | lead_id | activity_date
        2  | 202     | 2026-05-01T00:00:01
        3  | 202     | 2026-05-01T02:00:00
        4  | 205     | 2026-07-05T00:00:00
        """,
    )
    landing.jsonl(
        "pardot/prospect",
        {
            "id": 7001,
            "email": "first@pardot.com",
            "crm_lead_fid": "00Q5g0000000051",
            "created_at": "2026-01-01",
        },
        {"id": 7002, "email": "Twin@pardot.com", "job_title": "CIO", "created_at": "2026-02-01T09:00:00"},
        {"id": 7003, "email": "twin@pardot.com", "job_title": "CDO", "created_at": "2026-02-02T09:00:00"},
        name="a.jsonl",
    )
    # As version 5 of the API names things: one column for the lead or the contact, or one for each.
    landing.jsonl(
        "pardot/prospect",
        {"id": 7010, "salesforceId": "00Q5g0000000041AAA", "createdAt": "2026-05-01T00:00:00Z", "isDeleted": False},
        {"id": 7011, "salesforceId": "0035g0000000011AAA", "createdAt": "2026-05-01T00:00:00Z", "isDeleted": False},
        {"id": 7012, "salesforceLeadId": "00Q5g0000000020", "createdAt": "2026-05-01T00:00:00Z", "isDeleted": False},
        {"id": 7013, "salesforceId": "0015g0000000061", "createdAt": "2026-05-01T00:00:00Z", "isDeleted": False},
        name="b.jsonl",
    )  # fmt: skip


PEOPLE = {  # the oldest record first: the lead takes its id
    "chain": ["salesforce:lead:00Q5g0000000002", "salesforce:lead:00Q5g0000000001", "salesforce:lead:00Q5g0000000003"],
    "many": ["salesforce:lead:00Q5g0000000010", "salesforce:lead:00Q5g0000000011", "salesforce:contact:0035g0000000010"],
    "role one": ["salesforce:lead:00Q5g0000000020", "pardot:prospect:7012"],
    "role two": ["hubspot:contact:5040"],
    "plus": ["salesforce:lead:00Q5g0000000030", "hubspot:contact:5030"],
    "bad one": ["salesforce:lead:00Q5g0000000040", "hubspot:contact:5050"],
    "bad two": ["salesforce:lead:00Q5g0000000041", "pardot:prospect:7010"],
    "staff": ["salesforce:lead:00Q5g0000000050"],
    "test": ["pardot:prospect:7001", "salesforce:lead:00Q5g0000000051"],
    "gone": ["salesforce:lead:00Q5g0000000060"],
    "newest": ["salesforce:lead:00Q5g0000000080"],
    "lower": ["salesforce:lead:00Q5g00000000aA"],
    "upper": ["salesforce:lead:00Q5g00000000Aa"],
    "bounced in salesforce": ["salesforce:lead:00Q5g0000000090"],
    "kept": ["salesforce:contact:0035g0000000011", "marketo:lead:204", "pardot:prospect:7011"],
    "lost": ["salesforce:contact:0035g0000000012"],
    "one id": ["hubspot:contact:5002", "hubspot:contact:5001"],
    "two ids": ["hubspot:contact:5010", "hubspot:contact:5011", "hubspot:contact:5012"],
    "hub chain": ["hubspot:contact:5020", "hubspot:contact:5021", "hubspot:contact:5022"],
    "bounced in hubspot": ["hubspot:contact:5060"],
    "bounced and delivered": ["hubspot:contact:5061"],
    "moved": ["hubspot:contact:5062"],
    "marketo merge": ["marketo:lead:202", "marketo:lead:201"],
    "deleted later": ["marketo:lead:205"],
    "twins": ["pardot:prospect:7002", "pardot:prospect:7003"],
    "an account's id": ["pardot:prospect:7013"],
}  # fmt: skip
MERGED = {
    "salesforce:lead:00Q5g0000000001": "salesforce:lead:00Q5g0000000002",
    "salesforce:lead:00Q5g0000000002": "salesforce:lead:00Q5g0000000003",
    "hubspot:contact:5002": "hubspot:contact:5001",
    "hubspot:contact:5011": "hubspot:contact:5010",
    "hubspot:contact:5012": "hubspot:contact:5010",
    "hubspot:contact:5021": "hubspot:contact:5020",
    "hubspot:contact:5022": "hubspot:contact:5021",
    "marketo:lead:202": "marketo:lead:201",
}
DELETED = {
    *MERGED, "salesforce:lead:00Q5g0000000060", "salesforce:contact:0035g0000000012",
}  # fmt: skip
EXCLUDED = {"staff", "test"}
GONE = {"gone", "lost"}
# email, email_status, full_name, title, country_code, is_opted_out, created_at
LEADS: dict[str, dict[str, Any]] = {
    "chain": {"email": "c@chain.com", "email_domain": "chain.com", "full_name": "Cy Three", "is_opted_out": True,
              "owner_id": "salesforce:group:00G5g0000000001", "created_at": datetime(2026, 1, 2, 10)},
    "many": {"email": "kim@many.com", "title": "COO", "country_code": "FR", "owner_id": "salesforce:user:0055g0000000002",
             "lead_source": "Event", "created_at": datetime(2026, 1, 10, 10), "is_opted_out": False},
    "role one": {"email": "info@role.com"},
    "role two": {"email": "info@role.com"},
    "plus": {"email": "dana+webinar@plus.com", "title": "CEO", "country_code": "GB", "full_name": "Dana Plus"},
    "bad one": {"email": "elsewhere@declared.com", "is_opted_out": True, "full_name": "Bob Bad"},
    "bad two": {"email": None, "email_domain": None, "email_status": "invalid"},
    "newest": {"email": "old@newest.com", "title": "Clerk", "full_name": "Nia Old"},
    "bounced in salesforce": {"title": "CTO", "email_status": "hard_bounced"},
    "kept": {"email": "kept@keys.com", "full_name": "Kept"},
    "one id": {"email": "int1@hub.com", "created_at": datetime(2026, 2, 20)},
    "bounced in hubspot": {"email_status": "hard_bounced"},
    "bounced and delivered": {"email_status": "unverified"},
    "marketo merge": {"email": "m1@market.com", "full_name": "Mo One", "is_opted_out": True,
                      "created_at": datetime(2026, 3, 1)},
    "twins": {"email": "twin@pardot.com", "title": "CDO"},
}  # fmt: skip


def _write_accounts(landing: Landing) -> None:
    landing.csv(
        "salesforce/account",
        """
        Id                 | Name                | Website                        | ParentId           | MasterRecordId     | IsDeleted | CreatedDate         | SystemModstamp      | AnnualRevenue | CurrencyIsoCode | NumberOfEmployees | BillingCountry | Industry | OwnerId
        0015g0000000010AAA | Many Inc            | many.com                       |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 | 1,000.40      | EUR             | 12                | Germany        | Software | 0055g0000000001AAA
        0015g0000000011AAA | Keys                | keys.com                       |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 | 2000          | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000020AAA | Merged Loser        | loser.com                      |                    | 0015g0000000021AAA | true      | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             | 99                |                |          | 0055g0000000001AAA
        0015g0000000021AAA | Merged Winner       | winner.com                     |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000030AAA | One Domain          | https://www.onedomain.co.uk/x  |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000040AAA | Customers A         | customers.com                  |                    |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000041AAA | Customers B         | customers.com                  |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000050AAA | Openings A          | openings.com                   |                    |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000051AAA | Openings B          | openings.com                   |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000060AAA | Tiers A             | tiers.com                      |                    |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000061AAA | Tiers B             | tiers.com                      |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000070AAA | Ages A              | ages.com                       |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000071AAA | Ages B              | ages.com                       |                    |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000080AAA | Family A            | family.com                     | 0015g0000000082AAA |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000081AAA | Family B            | family.com                     | 0015g0000000082AAA |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000082AAA | Family Holding      | holding.com                    | 0015g0000000083AAA |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000083AAA | Family Top          |                                |                    |                    | false     | 2025-02-01T00:00:00 | 2025-02-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000090AAA | Cycle A             | cyclea.com                     | 0015g0000000091AAA |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000091AAA | Cycle B             | cycleb.com                     | 0015g0000000090AAA |                    | false     | 2024-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000100AAA | Initrode Holdings   |                                |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000101AAA | Namesake GmbH       |                                |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000102AAA | Namesake Ltd.       |                                |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000110AAA | Chosen              | chosen.com                     |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000120AAA | Bücherladen         | https://user@www.bücherladen.de:8080/a | |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000130AAA | Mailer              | https://gmail.com              |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000140AAA | Two Companies       | twocompanies.com               |                    |                    | false     | 2025-01-01T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000141AAA | Two Companies       | twocompanies.com               |                    |                    | false     | 2025-01-03T00:00:00 | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        0015g0000000150AAA | Undated             | undated.com                    |                    |                    | false     |                     | 2025-01-02T00:00:00 |               | USD             |                   |                |          | 0055g0000000001AAA
        """,
    )  # fmt: skip
    landing.parquet(
        "salesforce/dated_conversion_rate",
        # One that nobody ended: those that started after it hold.
        {"id": "04w0", "iso_code": "EUR", "conversion_rate": 0.1, "start_date": date(2019, 1, 1),
         "next_start_date": None},
        {"id": "04w1", "iso_code": "EUR", "conversion_rate": 0.5, "start_date": date(2020, 1, 1),
         "next_start_date": date(2026, 6, 30)},
        {"id": "04w2", "iso_code": "EUR", "conversion_rate": 0.8, "start_date": date(2026, 6, 30),
         "next_start_date": date(9999, 12, 31)},
    )  # fmt: skip

    def company(number: int, **properties: Any) -> dict[str, Any]:
        given = {"createdate": "2025-06-01T00:00:00Z"} | properties
        return {"id": str(number), "archived": False, "properties": given}

    landing.jsonl(
        "hubspot/company",
        company(8001, name="one-domain.co.uk", domain="onedomain.co.uk", country="Great Britain", annualrevenue="500"),
        company(8002, name="Hub Twin", domain="hubtwin.com", createdate="2025-06-02T00:00:00Z"),
        company(8003, name="Hub Twin", domain="www.hubtwin.com"),  # no Salesforce account: two companies
        company(8004, name="Openings C", domain="openings.com", salesforceaccountid="0015g0000000051"),
        company(8005, name="Declared", domain="elsewhere-declared.com", salesforceaccountid="0015g0000000110AAA"),
        company(8006, name="Swallower", domain="swallow.com", hs_merged_object_ids=8007),
        company(8007, name="Swallowed", domain="swallowed.com"),
        company(8008, name="Primary", domain="primary.com"),
        company(8009, name="Two Companies", domain="twocompanies.com"),  # two Salesforce accounts have it: a third
        company(8010, name="Loser Inc", domain="loser.com"),  # the winner has the domains of what was merged into it
    )  # fmt: skip
    landing.jsonl(
        "hubspot/contact_company",
        {"contact_id": 5102, "company_id": 8008, "type_id": 1},
        {"contact_id": 5102, "company_id": 8001, "type_id": 279},
    )

    def contact(number: int, **properties: Any) -> dict[str, Any]:
        given = {
            "createdate": "2026-03-01T00:00:00Z",
            "lastmodifieddate": "2026-03-02T00:00:00Z",
        } | properties
        return {"id": number, "properties": given}

    landing.jsonl(
        "hubspot/contact",
        contact(5101, email="x@onedomain.co.uk"),
        contact(5102, email="x@gmail.com", associatedcompanyid="8001"),
        contact(5103, email="x@customers.com"),
        contact(5104, email="x@openings.com"),
        contact(5105, email="x@tiers.com"),
        contact(5106, email="x@ages.com"),
        contact(5107, email="x@mail.family.com"),
        contact(5108, email="x@nobody-owns.com"),
        contact(5109, email="init@gmail.com", company="INITRODE HOLDINGS, Inc."),
        contact(5110, email="name@gmail.com", company="Namesake"),
        contact(5111, email="over@chain-elsewhere.com"),
        contact(5112, email="x@xn--bcherladen-9db.de"),
        contact(5113, email="me@olivegarden.com"),
        contact(5114, email="nobody@gmail.com", company="Nobody Knows"),
        contact(5115, email="x@loser.com"),
        contact(5116, email="x@swallowed.com"),
        contact(5117, email="x@other-corporate.com", associatedcompanyid="8008"),
        contact(5118, email="x@mailinator.com"),
        contact(5119, email="x@hubtwin.com"),
        contact(5120, email="x@undated.com", createdate=None),
        name="b.jsonl",
    )  # fmt: skip
    landing.csv(
        "salesforce/opportunity",
        """
        Id                 | AccountId          | StageName   | IsClosed | IsWon | CloseDate  | CreatedDate
        0065g0000000001AAA | 0015g0000000041AAA | Closed Won  | true     | true  | 2026-05-01 | 2026-04-01T00:00:00
        0065g0000000002AAA | 0015g0000000040AAA | Proposal    | false    | false | 2026-12-01 | 2026-04-01T00:00:00
        0065g0000000003AAA | 0015g0000000061AAA | Closed Lost | true     | false | 2026-05-01 | 2026-04-01T00:00:00
        """,
    )
    landing.jsonl(
        "hubspot/deal",
        {
            "id": 9001,
            "properties": {"dealname": "D", "dealstage": "open", "createdate": "2026-04-01"},
        },
    )
    landing.jsonl("hubspot/deal_company", {"deal_id": 9001, "company_id": 8004, "type_id": 5})
    landing.jsonl(
        "hubspot/deal_pipeline_stage", {"stage_id": "open", "label": "Open", "closed_won": False, "is_closed": False}
    )  # fmt: skip


def account(number: int) -> str:
    return key(f"salesforce:account:{sf('001', number)}")


def hub(number: int) -> str:
    return key(f"hubspot:company:{number}")


ACCOUNTS = {  # account and its records, where it has more than the one that gives the id
    account(20): {
        "salesforce:account:0015g0000000020",
        "salesforce:account:0015g0000000021",
        "hubspot:company:8010",
    },
    account(30): {"salesforce:account:0015g0000000030", "hubspot:company:8001"},
    account(51): {"salesforce:account:0015g0000000051", "hubspot:company:8004"},
    account(110): {"salesforce:account:0015g0000000110", "hubspot:company:8005"},
    hub(8006): {"hubspot:company:8006", "hubspot:company:8007"},
}
MATCHES: dict[str, tuple[str | None, str, bool]] = {
    "hubspot:contact:5101": (account(30), "email_domain", False),
    "hubspot:contact:5102": (hub(8008), "crm_link", False),
    "hubspot:contact:5103": (account(41), "ambiguous_domain", True),
    "hubspot:contact:5104": (account(51), "ambiguous_domain", True),
    "hubspot:contact:5105": (account(61), "ambiguous_domain", True),
    "hubspot:contact:5106": (account(71), "ambiguous_domain", True),
    "hubspot:contact:5107": (account(83), "ambiguous_domain", True),
    "hubspot:contact:5108": (key("domain:nobody-owns.com"), "inferred", False),
    "hubspot:contact:5109": (account(100), "company_name", True),
    "hubspot:contact:5110": (None, "unmatched", True),
    "hubspot:contact:5111": (account(110), "override", False),
    "hubspot:contact:5112": (account(120), "email_domain", False),
    "hubspot:contact:5113": (key("domain:olivegarden.com"), "inferred", False),
    "hubspot:contact:5114": (None, "unmatched", True),
    # What stood on the loser moves to the winner.
    "hubspot:contact:5115": (account(20), "email_domain", False),
    "hubspot:contact:5116": (hub(8006), "email_domain", False),
    "hubspot:contact:5117": (hub(8008), "crm_link", True),
    "hubspot:contact:5118": (None, "unmatched", True),
    "hubspot:contact:5119": (hub(8003), "ambiguous_domain", True),
    "hubspot:contact:5120": (account(150), "email_domain", False),
    "salesforce:contact:0035g0000000010": (account(10), "crm_link", False),
    "salesforce:lead:00Q5g0000000003": (key("domain:chain.com"), "inferred", False),
}


def _write_others(landing: Landing) -> None:
    landing.csv(
        "salesforce/user",
        """
        Id                 | Name  | Email         | IsActive | ManagerId          | UserRoleId         | TimeZoneSidKey   | CreatedDate
        0055g0000000001AAA | Rep A | rep@us.com    | true     | 0055g0000000002AAA | 00E5g0000000001AAA | Europe/Berlin    | 2020-01-01T00:00:00
        0055g0000000002AAA | Boss  | boss@us.com   | false    |                    |                    | America/New_York | 2020-01-01T00:00:00
        """,
    )
    landing.csv("salesforce/user_role", "Id | Name\n00E5g0000000001AAA | Inside Sales")
    landing.csv(
        "salesforce/group", "Id | Name | Type\n00G5g0000000001AAA | Inbound | Queue\n00G5g0000000002AAA | All | Regular"
    )  # fmt: skip
    landing.csv(
        "salesforce/campaign",
        """
        Id                 | Name    | Type    | ActualCost | CurrencyIsoCode | StartDate  | CreatedDate         | IsDeleted
        7015g0000000001AAA | Webinar | Webinar | 100        | EUR             | 2026-05-01 | 2026-04-01T00:00:00 | false
        7015g0000000002AAA | Dead    | Webinar | 100        | USD             | 2026-05-01 | 2026-04-01T00:00:00 | true
        """,
    )


def write(landing: Landing) -> None:
    _write_people(landing)
    _write_accounts(landing)
    _write_others(landing)


def rows_by(warehouse: Published, table: str, *columns: str) -> dict[Any, dict[str, Any]]:
    found = {tuple(row[c] for c in columns): row for row in warehouse.rows(f"select * from {table}")}
    return {k[0] if len(columns) == 1 else k: row for k, row in found.items()}


def test_every_record_is_on_the_person_of_the_oldest(judged: Published) -> None:
    found = rows_by(judged, "core.bridge_lead_records", "record_key")
    expected = {record: name for name, records in PEOPLE.items() for record in records}
    others = {record for record in found if record.startswith("hubspot:contact:51")}
    assert set(found) - others - test_judged_promises.RECORDS == set(expected)
    for record, name in expected.items():
        row = found[record]
        assert row["lead_id"] == key(PEOPLE[name][0]), (name, record)
        assert row["merged_into_record_key"] == MERGED.get(record), record
        assert row["is_deleted"] == (record in DELETED), record
        assert row["is_excluded"] == (name in EXCLUDED), record
        assert (row["excluded_reason"] is not None) == (name in EXCLUDED), record
        assert f"{row['source_system']}:{row['source_object']}:{row['source_id']}" == record


def test_leads_are_what_survives(judged: Published) -> None:
    found = rows_by(judged, "core.dim_leads", "lead_id")
    names = {key(records[0]): name for name, records in PEOPLE.items()}
    shown = {names[lead_id] for lead_id in found if lead_id in names}
    assert shown == set(PEOPLE) - EXCLUDED - GONE
    for name, expected in LEADS.items():
        row = found[key(PEOPLE[name][0])]
        assert {column: row[column] for column in expected} == expected, name


def test_every_lead_has_one_account_row_and_the_first_method_that_applies(judged: Published) -> None:
    bridge = rows_by(judged, "core.bridge_lead_accounts", "lead_id")
    records = rows_by(judged, "core.bridge_lead_records", "record_key")
    found = {}
    for record in MATCHES:
        row = bridge[records[record]["lead_id"]]
        found[record] = (row["account_id"], row["match_method"], row["needs_review"])
    assert found == MATCHES
    excluded = {key(PEOPLE[name][0]) for name in EXCLUDED}
    assert not excluded & set(bridge)
    others = bridge[key("hubspot:contact:5110")]["candidate_account_ids"]
    assert set(others.replace(",", " ").split()) == {account(101), account(102)}
    assert account(40) in bridge[key("hubspot:contact:5103")]["candidate_account_ids"]


def test_accounts_are_the_components_the_rules_define(judged: Published) -> None:
    found = defaultdict(set)
    for row in judged.rows("select account_id, record_key from core.bridge_account_records"):
        found[row["account_id"]].add(row["record_key"])
    for account_id, records in found.items():
        expected = ACCOUNTS.get(account_id, {next(iter(records))})
        assert records == expected
        if account_id not in ACCOUNTS:
            assert account_id == key(next(iter(records)))
    assert set(ACCOUNTS) <= set(found)
    dims = rows_by(judged, "core.dim_accounts", "account_id")
    many = dims[account(10)]
    assert many["annual_revenue_usd"] == Decimal(
        "1250.50"
    )  # 1000.40 EUR at 0.8 euros a dollar on 30 June in New York
    assert (many["employee_count"], many["country_code"], many["industry"]) == (12, "DE", "Software")
    merged = dims[account(20)]
    assert (merged["account_name"], merged["primary_domain"]) == ("Merged Winner", "winner.com")
    assert merged["salesforce_account_id"] == "0015g0000000021"
    assert merged["created_at"] == datetime(2024, 1, 1)
    joined = dims[account(30)]
    assert (joined["account_name"], joined["country_code"], joined["annual_revenue_usd"]) == (
        "One Domain",
        "GB",
        500,
    )
    assert joined["hubspot_company_id"] == "8001"
    tops = {n: (dims[account(n)]["parent_account_id"], dims[account(n)]["ultimate_parent_account_id"])
            for n in (80, 82, 83, 90, 91)}  # fmt: skip
    assert tops == {
        80: (account(82), account(83)),
        82: (account(83), account(83)),
        83: (None, account(83)),
        90: (account(91), account(91)),
        91: (None, account(91)),
    }
    inferred = dims[key("domain:nobody-owns.com")]
    assert (inferred["is_inferred"], inferred["primary_domain"]) == (True, "nobody-owns.com")
    assert inferred["created_at"] == datetime(2026, 3, 1)
    # a deleted and an excluded person's domain bring no account
    assert key("domain:concord-demo.example") not in dims
    assert (dims[account(61)]["is_target_account"], dims[account(61)]["target_tier"]) == (True, 1)


def test_whose_creation_nobody_tells_stands_at_the_beginning(judged: Published) -> None:
    [lead] = judged.rows("select * from core.dim_leads where email = 'x@undated.com'")
    assert (lead["created_at"], lead["lifecycle_stage"], lead["lifecycle_stage_entered_at"]) == (
        None,
        "raw",
        None,
    )
    undated = rows_by(judged, "core.dim_accounts", "account_id")[account(150)]
    assert (undated["created_at"], undated["account_stage"]) == (None, "untracked")


def test_domains_are_mapped_to_their_accounts(judged: Published) -> None:
    found = rows_by(judged, "core.bridge_account_domains", "domain", "account_id")
    expected = {
        ("many.com", account(10)): ("corporate", True, False),
        ("winner.com", account(20)): ("corporate", True, False),
        ("onedomain.co.uk", account(30)): ("corporate", True, False),
        ("openings.com", account(50)): ("corporate", True, True),
        ("openings.com", account(51)): ("corporate", True, True),
        ("xn--bcherladen-9db.de", account(120)): ("corporate", True, False),
        ("gmail.com", account(130)): ("free_mail", True, False),
        ("chosen.com", account(110)): ("corporate", True, False),
        ("elsewhere-declared.com", account(110)): ("corporate", False, False),
        ("nobody-owns.com", key("domain:nobody-owns.com")): ("corporate", True, False),
    }
    assert {
        k: (found[k]["domain_class"], found[k]["is_primary"], found[k]["is_ambiguous"]) for k in expected
    } == expected
    assert {domain for domain, owner in found if owner == account(20)} == {"loser.com", "winner.com"}


def test_a_record_whose_address_is_none_waits_for_a_person(judged: Published) -> None:
    listed = judged.rows("select * from quality.fct_review_queue where reason = 'invalid_email'")
    assert {"salesforce:lead:00Q5g0000000040", "salesforce:lead:00Q5g0000000041"} <= {
        row["subject_id"] for row in listed
    }


def test_users_queues_and_campaigns(judged: Published) -> None:
    users = rows_by(judged, "core.dim_users", "user_id")
    assert set(users) - {test_judged_promises.ANN, test_judged_promises.TOM, test_judged_promises.QUEUE} == {
        "salesforce:user:0055g0000000001", "salesforce:user:0055g0000000002", "salesforce:group:00G5g0000000001",
    }  # fmt: skip
    rep = users["salesforce:user:0055g0000000001"]
    assert (rep["is_queue"], rep["team"], rep["manager_id"], rep["time_zone"]) == (
        False, "Inside Sales", "salesforce:user:0055g0000000002", "Europe/Berlin",
    )  # fmt: skip
    assert users["salesforce:group:00G5g0000000001"]["is_queue"]
    campaigns = rows_by(judged, "core.dim_campaigns", "campaign_id")
    assert set(campaigns) == {"salesforce:campaign:7015g0000000001"}
    webinar = campaigns["salesforce:campaign:7015g0000000001"]
    assert (webinar["cost_usd"], webinar["channel"], webinar["started_at"]) == (
        Decimal(200), "webinar", datetime(2026, 5, 1, 4),
    )  # fmt: skip


def test_an_event_on_an_old_address_finds_its_person(judged: Published) -> None:
    rows = judged.rows(
        "select lead_id from core.fct_engagements where occurred_at = timestamp '2026-02-10 00:00:00'"
    )
    assert [row["lead_id"] for row in rows] == [key("hubspot:contact:5062")]
