"""What an independent reading of the contract found in extracts of a few odd records.

Records that the source merged away without flagging them as deleted (HubSpot and Marketo say it by the merge alone):
owners, attributes, conflicts and write-backs follow whom they were merged into, and a deal counts once. Labels of
users, placeholders of forms, hosts in flat files.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.landing import Landing, Published, published

CREATED, MERGED, LATER = "2026-01-02T10:00:00Z", "2026-03-05T00:00:00Z", "2026-03-10T00:00:00Z"


def hubspot(identifier: int, modified: str, **properties: Any) -> dict[str, Any]:
    flags = {name: properties.pop(name) for name in ("_fivetran_deleted", "archived") if name in properties}
    stamps = {"property_createdate": CREATED, "property_lastmodifieddate": modified}
    return (
        {"id": identifier}
        | stamps
        | flags
        | {f"property_{name}": value for name, value in properties.items()}
    )


def write(landing: Landing) -> None:
    landing.jsonl(
        "hubspot/contact",
        hubspot(200, MERGED, email="stays@one.com", jobtitle="Intern", hubspot_owner_id="2", lifecyclestage="lead",
                hs_merged_object_ids=100),
        hubspot(100, LATER, email="goes@one.com", jobtitle="Chief Executive Officer", hubspot_owner_id="1",
                lifecyclestage="customer"),
        hubspot(400, MERGED, email="stays@two.com", hs_merged_object_ids=300, _fivetran_deleted=True),
        hubspot(300, LATER, email="goes@two.com"),
        hubspot(500, LATER, email="labelled@gmail.com", jobtitle="Select"),
    )  # fmt: skip
    landing.jsonl(
        "hubspot/company",
        hubspot(600, MERGED, name="Stays", domain="stays.com", hs_merged_object_ids=510),
        hubspot(510, LATER, name="Goes", domain="goes.com"),
        hubspot(520, LATER, name="Books", domain="xn--bcher-kva.example"),
    )
    landing.jsonl(
        "hubspot/contact_company",
        {"contact_id": 500, "company_id": 600, "type_id": 1, "category": "USER_DEFINED"},
    )
    landing.jsonl(
        "hubspot/form", {"guid": "demo", "name": "Request Demo", "updated_at": "2026-01-01T00:00:00Z"}
    )
    landing.jsonl(
        "hubspot/contact_form_submission",
        {"conversion_id": "1", "contact_id": 200, "form_id": "demo", "timestamp": "2026-05-04T15:00:00Z"},
        {"conversion_id": "2", "contact_id": 500, "form_id": "unknown", "timestamp": "2026-05-04T15:00:00Z"},
    )
    landing.jsonl(
        "hubspot/deal",
        *({"deal_id": n, "property_createdate": CREATED, "property_amount": n} | merged
          for n, merged in [(1, {}), (2, {"property_hs_merged_object_ids": 1}), (3, {}), (4, {})]),
    )  # fmt: skip
    landing.jsonl("hubspot/merged_deal", {"deal_id": 4, "merged_deal_id": 3})
    landing.csv(
        "salesforce/account",
        """
        Id                 | Name | Website   | Industry | NumberOfEmployees | BillingCountry | MasterRecordId     | IsDeleted | CreatedDate
        0015g0000000001AAA | Goes |           | Software | 500               | United States  | 0015g0000000002AAA | true      | 2026-01-01T00:00:00Z
        0015g0000000002AAA | Kept | gmail.com |          |                   |                |                    | false     | 2026-01-01T00:00:00Z
        """,  # noqa: E501 -- a table, a row a line
    )
    visits = [
        {"domain": "gmail.com"},
        {"domain": "https://Shop.stays.com:443/about"},
        {"domain": "bücher.example"},
        {"domain": "stays.com", "email": "eve@concord-demo.example"},
        {"domain": "stays.com", "email": "who@knows.example"},
    ]
    landing.jsonl(
        "files/web_visits",
        *({"visit_id": str(n), "page_url": "/pricing", "occurred_at": LATER} | visit
          for n, visit in enumerate(visits, start=1)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Published:
    landing = Landing(tmp_path_factory.mktemp("unflagged") / "landing")
    write(landing)
    return published(landing)


def test_whose_clocks_run(night: Published) -> None:
    owners = night.rows("select distinct owner_id from sla.fct_sla_clocks")
    assert [row["owner_id"] for row in owners] == ["hubspot:owner:2"]


def test_the_survivors_title_scores(night: Published) -> None:
    lead = night.rows("select title, firmographic_score from core.dim_leads where email = 'stays@one.com'")
    assert lead == [{"title": "Intern", "firmographic_score": 0}]


def test_what_the_loser_lends_counts_everywhere(night: Published) -> None:
    account = night.rows(
        "select industry, employee_count, country_code, is_icp_fit from core.dim_accounts where account_name = 'Kept'"
    )
    assert account == [
        {"industry": "Software", "employee_count": 500, "country_code": "US", "is_icp_fit": True}
    ]


def test_no_conflict_about_a_record_that_is_no_more(night: Published) -> None:
    keys = {row["record_key"] for row in night.rows("select record_key from core.fct_status_conflicts")}
    assert "hubspot:contact:100" not in keys


def test_what_is_written_back_exists(night: Published) -> None:
    leads = {row["record_key"] for row in night.rows("select record_key from activation.crm_writeback_leads")}
    accounts = {
        row["record_key"] for row in night.rows("select record_key from activation.crm_writeback_accounts")
    }
    assert leads == {"hubspot:contact:200", "hubspot:contact:500"}
    assert accounts == {"hubspot:company:520", "hubspot:company:600", "salesforce:account:0015g0000000002"}


def test_merged_into_a_deleted_record_is_deleted(night: Published) -> None:
    assert not night.rows("select lead_id from core.dim_leads where email like '%@two.com'")


def test_labels_of_users_name_no_primary_company(night: Published) -> None:
    methods = night.rows(
        "select match_method from core.bridge_lead_accounts inner join core.dim_leads using (lead_id) "
        "where email = 'labelled@gmail.com'"
    )
    assert methods == [{"match_method": "unmatched"}]


def test_a_form_without_name_and_page_has_no_asset(night: Published) -> None:
    assets = night.rows(
        "select asset from core.fct_engagements where source_record_key = 'hubspot:form_submission:2'"
    )
    assert assets == [{"asset": None}]


def test_a_merged_deal_counts_once(night: Published) -> None:
    deals = night.rows("select opportunity_id from core.fct_opportunities order by opportunity_id")
    assert [row["opportunity_id"] for row in deals] == ["hubspot:deal:2", "hubspot:deal:4"]


def test_whose_visits_are_a_companys(night: Published) -> None:
    """By the registrable domain; not a mail provider's, nor those of our own staff."""
    visits = night.rows(
        "select source_record_key, account_name from core.fct_engagements"
        " inner join core.dim_accounts using (account_id) where source_system = 'files' order by source_record_key"
    )
    assert [tuple(visit.values()) for visit in visits] == [
        ("files:web_visit:2", "Stays"),
        ("files:web_visit:3", "Books"),
        ("files:web_visit:5", "Stays"),
    ]


def test_a_forms_placeholder_is_no_title(night: Published) -> None:
    lead = night.rows("select title from core.dim_leads where email = 'labelled@gmail.com'")
    assert lead == [{"title": None}]
