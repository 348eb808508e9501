"""A campaign under its floor week after week, with a second floor signed, and an adjustment that names it by its 18-character id."""

# ruff: noqa: E501
from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from orchestration.definitions_check import PROJECT
from tests.landing import Landing, Published, published

STAMP = "2026-06-29T00:00:00Z"


def write(landing: Landing) -> None:
    """Two MQLs a week for five weeks, one accepted and one rejected: half, over the floor of 0.3, under that of 0.7."""
    flags = {"is_deleted": False, "system_modstamp": STAMP}
    leads, contacts, members, forms, history = [], [], [], [], []
    for number in range(1, 11):
        start = datetime(2026, 5, 4, 14, number) + timedelta(weeks=(number - 1) // 2)
        decision = "Rejected" if number % 2 else "Working"
        lead = f"00Q000000000{number:03}"

        def after(hours: int, start: datetime = start) -> str:
            return (start + timedelta(hours=hours)).isoformat() + "Z"

        leads.append(
            {
                "id": lead,
                "email": f"c{number}@gmail.com",
                "status": decision,
                "is_converted": False,
                "created_date": after(0),
            }
            | flags
        )
        contacts.append(
            {
                "id": str(number),
                "property_email": f"c{number}@gmail.com",
                "property_createdate": after(0),
                "property_lastmodifieddate": STAMP,
            }
        )
        forms.append(
            {
                "conversion_id": f"f{number}",
                "contact_id": str(number),
                "page_url": "https://s.example/demo",
                "timestamp": after(1),
            }
        )
        members.append(
            {
                "id": f"00v000000000{number:03}",
                "campaign_id": "701000000000001AAA",
                "lead_id": lead,
                "status": "Responded",
                "has_responded": True,
                "first_responded_date": after(1),
                "created_date": after(1),
            }
            | flags
        )
        history.append(
            {
                "id": f"017000000000{number:03}",
                "lead_id": lead,
                "field": "Status",
                "old_value": "New",
                "new_value": decision,
                "created_date": after(26),
            }
        )
    landing.jsonl("salesforce/lead", *leads)
    landing.jsonl("salesforce/lead_history", *history)
    landing.jsonl("salesforce/campaign_member", *members)
    landing.jsonl(
        "salesforce/campaign",
        {
            "id": "701000000000001AAA",
            "name": "Spring",
            "type": "Email",
            "created_date": "2026-01-01T00:00:00Z",
        }
        | flags,
    )
    landing.jsonl("hubspot/contact", *contacts)
    landing.jsonl("hubspot/contact_form_submission", *forms)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("floors")
    landing, definitions = Landing(folder / "landing"), folder / "definitions"
    write(landing)
    definitions.mkdir()
    shipped = (PROJECT / "seeds/definitions/sla_thresholds.csv").read_text()
    (definitions / "sla_thresholds.csv").write_text(
        shipped + "1,second_floor,Second floor,marketing,campaign_acceptance_rate,all,0.70,\n"
    )
    (definitions / "campaign_adjustments.csv").write_text(
        f"campaign_ref,adjusted_on,adjusted_by,note\n701000000000001AAA,{date(2026, 5, 13)},x,\n"
    )
    return published(landing, definitions)


def test_weeks_in_a_row_under_one_of_two_floors_are_one_fall(built: Published) -> None:
    rows = built.rows(
        "select cycle_number, started_at from sla.fct_sla_clocks where subject_type = 'campaign'"
    )
    assert [tuple(row.values()) for row in rows] == [(1, datetime(2026, 5, 11, 4))]


def test_an_adjustment_names_its_campaign_by_15_or_18_characters(built: Published) -> None:
    rows = built.rows("select stopped_at, status from sla.fct_sla_clocks where subject_type = 'campaign'")
    assert (datetime(2026, 5, 13, 4), "met") in [tuple(row.values()) for row in rows]
