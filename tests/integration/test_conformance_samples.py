"""Every table of the vendors' public sample extracts, through the loader and staging."""

from __future__ import annotations

import csv
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest import LoadReport, load_landing, read_schemas
from orchestration.ingest.spelling import match_columns
from tests.harness import PROJECT, Warehouse

SAMPLES = Path(os.environ.get("CONCORD_SAMPLE_DATA", PROJECT.parent / "shared" / "data")) / "fivetran"
FOLDERS = {
    "dbt_hubspot": ("hubspot", ""),
    "dbt_marketo": ("marketo", "marketo_"),
    "dbt_pardot": ("pardot", "pardot_"),
    "dbt_salesforce": ("salesforce", "sf_"),
}
# Fivetran's history mode: versions of the record itself under the name of its table of changes. They are loaded;
# staging leaves them out, because they are no changes of a field.
HISTORY_MODE = {
    ("salesforce", "account_history"),
    ("salesforce", "contact_history"),
    ("salesforce", "opportunity_history"),
}
SCHEMAS = read_schemas()

pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason=f"no sample extracts at {SAMPLES}; set CONCORD_SAMPLE_DATA to read them"
)


@dataclass
class Sample:
    """One sample file as Python's csv module reads it."""

    source: str
    table: str
    header: list[str]
    rows: list[list[str]]


@dataclass
class Loaded:
    """All samples, loaded and staged."""

    warehouse: Warehouse
    report: LoadReport
    samples: list[Sample]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    root = tmp_path_factory.mktemp("conformance")
    samples = []
    for folder, (source, prefix) in FOLDERS.items():
        for path in sorted((SAMPLES / folder).glob("*_data.csv")):
            table = path.stem.removeprefix(prefix).removesuffix("_data")
            target = root / "landing" / source / table / path.name
            target.parent.mkdir(parents=True)
            shutil.copyfile(path, target)
            with open(path, encoding="utf-8-sig", newline="") as stream:
                header, *rows = [record for record in csv.reader(stream) if record]
            samples.append(Sample(source, table, header, rows))
    warehouse = Warehouse(root / "warehouse")
    report = load_landing(root / "landing", warehouse.database, datetime(2026, 1, 1))
    warehouse.dbt("run", "--select", "staging")
    return Loaded(warehouse, report, samples)


def test_every_table_and_every_row_arrives(loaded: Loaded) -> None:
    assert len(loaded.samples) > 80
    assert loaded.report.quarantined == []
    assert loaded.report.skipped == []
    arrived = {(table.source, table.table): table.rows for table in loaded.report.tables}
    assert arrived == {(sample.source, sample.table): len(sample.rows) for sample in loaded.samples}
    counted = " union all ".join(
        f"select '{s.source}' as source, '{s.table}' as name, count(*) as n from raw_{s.source}.\"{s.table}\""
        for s in loaded.samples
    )
    assert {(row["source"], row["name"]): row["n"] for row in loaded.warehouse.rows(counted)} == arrived


def expected_value(text: str, data_type: str) -> Any:
    """The value of a sample's cell; the samples write few of the forms that the loader reads."""
    text = text.strip()
    if not text:
        return None
    if data_type in ("timestamp", "date"):
        text = re.sub(r" UTC$|\+00:00$|Z$", "", text).replace("T", " ")
        text = re.sub(r"^(\d{4})\.(\d\d)\.(\d\d)", r"\1-\2-\3", text)
        text = re.sub(r" (\d):", r" 0\1:", text)
        if re.match(r"\d{1,2}/\d{1,2}/\d{4}", text):
            pattern = "%m/%d/%Y %H:%M" if " " in text else "%m/%d/%Y"
            moment = datetime.strptime(text, pattern)
        else:
            moment = datetime.fromisoformat(text)
        return moment if data_type == "timestamp" else moment.date()
    if data_type == "boolean":
        return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
    if data_type == "string":
        return text
    return float(text)


def test_every_declared_value_is_what_the_file_says(loaded: Loaded) -> None:
    compared = 0
    for sample in loaded.samples:
        table = SCHEMAS[sample.source].tables.get(sample.table)
        if table is None:
            continue
        matches = match_columns(sample.header, table)
        declared = [
            (place, match)
            for place, match in enumerate(matches)
            if match.declared and match.name in table.by_name
        ]
        picked = ", ".join(f'"{match.name}" as c{place}' for place, match in declared)
        rows = loaded.warehouse.rows(
            f'select {picked} from raw_{sample.source}."{sample.table}" order by _row'
        )
        for number, (row, record) in enumerate(zip(rows, sample.rows, strict=True), start=1):
            for place, match in declared:
                assert match.declared is not None
                found = row[f"c{place}"]
                expected = expected_value(record[place], match.declared.data_type)
                if isinstance(expected, float):
                    assert float(found) == pytest.approx(expected), (sample.table, number, match.name)
                elif isinstance(expected, str):
                    assert str(found).strip() in (expected, expected.removesuffix(".0"))
                else:
                    assert found == expected, (sample.table, number, match.name)
                compared += 1
    assert compared > 10_000


def test_staging_has_every_key_once_and_the_declared_types(loaded: Loaded) -> None:
    models = {}
    for path in (PROJECT / "models" / "staging").glob("*/stg_*.sql"):
        found = re.search(r"newest_rows\('(\w+)', '(\w+)'\)", path.read_text())
        assert found, path
        models[found.group(1), found.group(2)] = path.stem
    staged = 0
    for sample in loaded.samples:
        table = SCHEMAS[sample.source].tables.get(sample.table)
        if table is None:
            continue
        model = models[sample.source, sample.table]
        key = ", ".join(table.compared_key())
        (raw,) = loaded.warehouse.rows(
            f'select count(*) as n from (select distinct {key} from raw_{sample.source}."{sample.table}")'
        )
        (count,) = loaded.warehouse.rows(f"select count(*) as n from staging.{model}")
        expected = 0 if (sample.source, sample.table) in HISTORY_MODE else raw["n"]
        assert count["n"] == expected, model
        staged += count["n"]
        types = {
            row["column_name"]: row["data_type"]
            for row in loaded.warehouse.rows(
                f"select column_name, data_type from information_schema.columns where table_name = '{model}'"
            )
        }
        for name, data_type in types.items():
            if name.endswith("_at"):
                assert data_type == "TIMESTAMP", (model, name)
            if name.startswith(("is_", "has_")):
                assert data_type == "BOOLEAN", (model, name)
            if name.endswith("_id"):
                assert data_type == "VARCHAR", (model, name)
    assert staged > 1000


def test_another_loaders_schema_is_read_in_place(loaded: Loaded) -> None:
    """Airbyte keeps the vendor's spelling; the custom columns that are asked for pass through."""
    loaded.warehouse.execute(
        """
        create schema if not exists airbyte_salesforce;
        create schema if not exists airbyte_hubspot;
        create or replace table airbyte_salesforce."Lead" as
        select * from (values
            ('00Q5g00000AbCdEAAA', 'old@x.co', false, timestamptz '2025-01-01 02:00:00+02', 'a', now()),
            ('00Q5g00000AbCdE', 'new@x.co', true, timestamptz '2025-01-02 02:00:00+02', 'b', now())
        ) as t ("Id", "Email", "IsConverted", "SystemModstamp", "gclid__c", _airbyte_extracted_at);
        create or replace table airbyte_hubspot.contacts as
        select '51' as "id", 'a@x.co' as "properties_email", false as "archived",
            timestamp '2025-01-01' as "properties_lastmodifieddate", now() as _airbyte_extracted_at;
        create or replace table airbyte_hubspot.deals as
        select '7' as "id", 'closedwon' as "properties_dealstage", '12.5' as "properties_amount",
            '31' as "properties_hubspot_owner_id", now() as _airbyte_extracted_at;
        """
    )
    loaded.warehouse.dbt(
        "run",
        "--select",
        "stg_salesforce__leads",
        "stg_hubspot__contacts",
        "stg_hubspot__deals",
        # Columns that are passed through anew ask for a build from scratch.
        "--full-refresh",
        "--vars",
        "{salesforce_schema: airbyte_salesforce, hubspot_schema: airbyte_hubspot,"
        " source_tables: {salesforce.lead: Lead, hubspot.contact: contacts, hubspot.deal: deals},"
        " passthrough_columns: {salesforce.lead: [gclid_c]}}",
    )
    assert loaded.warehouse.rows(
        "select salesforce_lead_id, email, is_converted, system_modified_at, gclid_c "
        "from staging.stg_salesforce__leads"
    ) == [
        {
            "salesforce_lead_id": "00Q5g00000AbCdE",
            "email": "new@x.co",
            "is_converted": True,
            "system_modified_at": datetime(2025, 1, 2),
            "gclid_c": "b",
        }
    ]
    assert loaded.warehouse.rows("select hubspot_contact_id, email from staging.stg_hubspot__contacts") == [
        {"hubspot_contact_id": "51", "email": "a@x.co"}
    ]
    assert loaded.warehouse.rows(
        "select hubspot_deal_id, hubspot_pipeline_stage_id, owner_id, cast(amount as double) as amount "
        "from staging.stg_hubspot__deals"
    ) == [
        {"hubspot_deal_id": "7", "hubspot_pipeline_stage_id": "closedwon", "owner_id": "31", "amount": 12.5}
    ]
