"""Vendor spelling of tables and columns becomes the declared one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.schemas import PROJECT_DIR, read_schemas
from orchestration.ingest.spelling import AmbiguousColumns, match_columns, match_table, snake_case

SAMPLES = Path(os.environ.get("CONCORD_SAMPLE_DATA", PROJECT_DIR.parent / "shared" / "data"))
SCHEMAS = read_schemas()


@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("IsConverted", "is_converted"),
        ("No_Show__c", "no_show_c"),
        ("Loss_Reason__c", "loss_reason_c"),
        ("annualRevenue", "annual_revenue"),
        ("Product2Id", "product_2_id"),
        ("MC4SF__MC_Subscriber__c", "mc_4_sf_mc_subscriber_c"),
        ("LastCURequestDate", "last_curequest_date"),
        ("SystemModstamp", "system_modstamp"),
        ("HasOptedOutOfEmail", "has_opted_out_of_email"),
        ("property_hs_all-funky-a9384-syntax", "property_hs_all_funky_a_9384_syntax"),
        ("_fivetran_synced", "_fivetran_synced"),
        ("  Lead Source ", "lead_source"),
        ("2nd", "_2_nd"),
    ],
)
def test_names_become_what_fivetran_writes(vendor: str, ours: str) -> None:
    assert snake_case(vendor) == ours


@given(st.text(max_size=40))
def test_snake_case_is_stable_and_safe(name: str) -> None:
    once = snake_case(name)
    assert snake_case(once) == once
    assert all(
        letter.isascii() and (letter.islower() or letter.isdigit() or letter == "_") for letter in once
    )


@pytest.mark.parametrize(
    ("source", "folder", "table"),
    [
        ("salesforce", "Opportunity", "opportunity"),
        ("salesforce", "OpportunityFieldHistory", "opportunity_field_history"),
        ("salesforce", "LeadHistory", "lead_history"),
        ("salesforce", "leads", "lead"),
        ("salesforce", "CampaignMembers", "campaign_member"),
        ("hubspot", "contacts", "contact"),
        ("hubspot", "companies", "company"),
        ("hubspot", "user", "users"),
        ("hubspot", "ticket", None),
        ("files", "adSpend", "ad_spend"),
        ("files", "intent_signal", "intent_signals"),
    ],
)
def test_folders_name_tables(source: str, folder: str, table: str | None) -> None:
    assert match_table(folder, SCHEMAS[source]) == table


def names(columns: list[str], source: str, table: str) -> list[str]:
    return [match.name for match in match_columns(columns, SCHEMAS[source].tables[table])]


def test_hubspot_properties_are_found_under_every_spelling() -> None:
    for spelling in ("property_email", "properties.email", "properties_email", "properties__email", "email"):
        assert names(["id", spelling], "hubspot", "contact") == ["id", "property_email"]


def test_the_declared_spelling_wins_over_the_bare_one() -> None:
    columns = ["email", "id", "property_email"]
    assert names(columns, "hubspot", "contact") == ["email", "id", "property_email"]


def test_shouting_and_undeclared_columns() -> None:
    assert names(["ID", "ISCONVERTED", "Custom Field__c"], "salesforce", "lead") == [
        "id",
        "is_converted",
        "custom_field_c",
    ]


def test_another_name_of_a_hubspot_property_may_carry_the_apis_prefix() -> None:
    wanted = ["deal_id", "deal_pipeline_stage_id", "deal_pipeline_id", "owner_id"]
    for prefix in ("", "properties.", "properties_", "property_"):
        given = ["id", f"{prefix}dealstage", f"{prefix}pipeline", f"{prefix}hubspot_owner_id"]
        assert names(given, "hubspot", "deal") == wanted


@pytest.mark.parametrize(
    ("source", "table", "given", "wanted"),
    [
        ("pardot", "prospect",
         ["id", "salesforceLeadId", "salesforceContactId", "salesforceAccountId", "salesforceOwnerId", "salesforceId",
          "jobTitle", "optedOut", "isDoNotEmail", "lastActivityAt", "createdAt", "updatedAt", "isDeleted"],
         ["id", "crm_lead_fid", "crm_contact_fid", "crm_account_fid", "crm_owner_fid", "salesforce_id",
          "job_title", "opted_out", "is_do_not_email", "last_activity_at", "created_at", "updated_at", "is_deleted"]),
        ("pardot", "campaign", ["id", "name", "salesforceId", "isDeleted"], ["id", "name", "crm_fid", "is_deleted"]),
        ("pardot", "visitor_activity", ["id", "prospectId", "typeName", "listEmailId", "createdAt"],
         ["id", "prospect_id", "type_name", "list_email_id", "created_at"]),
        ("marketo", "lead",
         ["id", "sfdcLeadId", "sfdcContactId", "sfdcAccountId", "sfdcType", "sfdcLeadOwnerId", "leadStatus",
          "leadSource", "originalSourceType", "leadScore", "numberOfEmployees", "emailInvalid", "createdAt",
          "updatedAt"],
         ["id", "sfdc_lead_id", "sfdc_contact_id", "sfdc_account_id", "sfdc_type", "owner_id", "lead_status",
          "lead_source", "original_source_type", "lead_score", "number_of_employees", "email_invalid", "created_at",
          "updated_at"]),
    ],
)  # fmt: skip
def test_names_of_the_marketing_apis_are_found(
    source: str, table: str, given: list[str], wanted: list[str]
) -> None:
    assert names(given, source, table) == wanted
    declared = SCHEMAS[source].tables[table].by_name
    assert set(wanted) <= set(declared)


def test_two_columns_of_one_meaning_are_ambiguous() -> None:
    with pytest.raises(AmbiguousColumns, match="email"):
        names(["Id", "Email", "Email"], "salesforce", "lead")


def test_load_columns_of_a_file_never_collide_with_ours() -> None:
    assert names(["Id", "_file", "_row"], "salesforce", "lead") == ["id", "_file_2", "_row_2"]


@given(st.lists(st.sampled_from(["Id", "x", "X", "x_2", "a b", "a_b", "A-B", "_row", "é", ""]), unique=True))
def test_every_column_gets_a_name_of_its_own(columns: list[str]) -> None:
    found = names(columns, "salesforce", "lead")
    assert len(found) == len(set(found)) == len(columns)


@pytest.mark.skipif(not SAMPLES.exists(), reason="no sample data at ../shared/data (CONCORD_SAMPLE_DATA)")
def test_every_standard_salesforce_field_meets_its_declared_column() -> None:
    fields = json.loads((SAMPLES / "salesforce_schema" / "salesforce_standard_fields.json").read_text())
    seen = 0
    for vendor, columns in fields.items():
        table = match_table(vendor, SCHEMAS["salesforce"])
        if table is None:
            continue
        seen += 1
        matched = names(list(columns), "salesforce", table)
        assert len(set(matched)) == len(columns)
        for column, name in zip(columns, matched, strict=True):
            assert name == snake_case(column), f"{vendor}.{column}"
    assert seen > 10
