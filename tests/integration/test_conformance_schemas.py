"""The declared schemas against what the vendors publish about their own: Salesforce's fields, HubSpot's API."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.files import list_landing
from orchestration.ingest.prepare import parsing_connection, prepare
from orchestration.ingest.schemas import PROJECT_DIR, read_schemas
from orchestration.ingest.spelling import match_table, snake_case

SAMPLES = Path(os.environ.get("CONCORD_SAMPLE_DATA", PROJECT_DIR.parent / "shared" / "data"))
SCHEMAS = read_schemas()
pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason=f"no vendor schemas at {SAMPLES}; set CONCORD_SAMPLE_DATA to read them"
)

# Standard fields that the published list leaves out: those of features that an org switches on, and a few that
# its compiler could not see. Fivetran's samples and Salesforce's object reference have them.
UNLISTED_FIELDS = {
    "currency_iso_code",
    "country_code",
    "billing_country_code",
    "mailing_country_code",
    "mobile_phone",
    "has_opted_out_of_email",
    "contact_id",
    "type",
    "completed_date_time",
    "is_deleted",
}
KINDS = {"string": "string", "boolean": "boolean", "number": "number", "DateString": "time"}
OURS = {"string": "string", "boolean": "boolean", "double": "number", "bigint": "number"}


def test_declared_salesforce_columns_are_salesforce_fields() -> None:
    fields = json.loads((SAMPLES / "salesforce_schema" / "salesforce_standard_fields.json").read_text())
    checked = 0
    for vendor, columns in fields.items():
        table = match_table(vendor, SCHEMAS["salesforce"])
        if table is None:
            continue
        published = {snake_case(name): kind.split(" | ")[0] for name, kind in columns.items()}
        for column in SCHEMAS["salesforce"].tables[table].columns:
            if column.name.startswith("_fivetran") or column.name.endswith("_c"):
                continue
            if column.name in UNLISTED_FIELDS and column.name not in published:
                continue
            assert column.name in published, f"{vendor} has no field for {table}.{column.name}"
            theirs = KINDS.get(published[column.name], "string")
            ours = OURS.get(column.data_type, "number" if "decimal" in column.data_type else "time")
            assert ours == theirs, f"{table}.{column.name} is declared {column.data_type}, published {theirs}"
            checked += 1
    assert checked > 150


def example(schema: dict[str, Any]) -> Any:
    """A value of an OpenAPI schema."""
    if "enum" in schema:
        return schema["enum"][0]
    kind, form = schema.get("type"), schema.get("format")
    if form == "date-time":
        return "2024-05-06T07:08:09.123Z"
    if kind == "object":
        return {}
    return {"string": "17", "integer": 17, "boolean": False, "number": 1.5, "array": []}.get(str(kind))


@pytest.mark.parametrize(
    ("document", "name", "table", "expected"),
    [
        (
            "contacts",
            "SimplePublicObject",
            "contact",
            {"id": "17", "archived": False, "property_email": "a@x.co"},
        ),
        ("companies", "SimplePublicObject", "company", {"id": "17", "property_domain": "x.co"}),
        ("deals", "SimplePublicObject", "deal", {"deal_id": "17", "property_dealname": "Deal"}),
        ("crmOwners", "PublicOwner", "owner", {"owner_id": "17", "first_name": "17"}),
        ("pipelines", "Pipeline", "deal_pipeline", {"pipeline_id": "17", "display_order": 17}),
        ("pipelines", "PipelineStage", "deal_pipeline_stage", {"stage_id": "17", "display_order": 17}),
        ("forms", "HubSpotFormDefinition", "form", {"guid": "17", "name": "17"}),
    ],
)
def test_objects_of_the_hubspot_api_load_as_they_come(
    tmp_path: Path, document: str, name: str, table: str, expected: dict[str, Any]
) -> None:
    schemas = json.loads((SAMPLES / "hubspot_openapi" / f"{document}.json").read_text())["components"][
        "schemas"
    ]
    record = {key: example(schema) for key, schema in schemas[name]["properties"].items()}
    if name == "SimplePublicObject":
        record["properties"] = {"email": "a@x.co", "domain": "x.co", "dealname": "Deal", "hs_object_id": "17"}
    folder = tmp_path / "landing" / "hubspot" / table
    folder.mkdir(parents=True)
    (folder / "page.jsonl").write_text(json.dumps(record) + "\n")
    (file,) = list_landing(tmp_path / "landing").files
    parser = parsing_connection("500MB", tmp_path / "spill", threads=1)
    declared = SCHEMAS["hubspot"].tables[table]
    prepared = prepare(file, declared, parser, tmp_path / "work", datetime(2026, 1, 1), 1)
    found = parser.execute(f"select * from '{prepared.path}'")
    row = dict(zip([column[0] for column in found.description or []], found.fetchall()[0], strict=True))
    for column, value in expected.items():
        assert row[column] == value, column
    stamp = datetime(2024, 5, 6, 7, 8, 9, 123000)
    stamps = [row[column] for column in declared.modified_at if row.get(column)]
    assert stamps == [stamp], "the API's own stamp orders the versions"
