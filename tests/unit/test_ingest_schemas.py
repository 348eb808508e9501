"""The declared schemas, and the page written from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ingest import handbook
from orchestration.ingest.schemas import read_schemas

TYPES = {"string", "timestamp", "date", "boolean", "bigint", "double"}


def test_the_handbook_page_is_current() -> None:
    assert handbook.PAGE.read_text(encoding="utf-8") == handbook.page(), (
        "run `uv run python -m orchestration.ingest.handbook` and commit docs/handbook/landing_zone.md"
    )


def test_every_table_has_a_key_a_stamp_and_known_types() -> None:
    for source in read_schemas().values():
        for table in source.tables.values():
            assert table.primary_key
            assert table.modified_at
            assert table.description.startswith("One row per")
            assert "_fivetran_deleted" in table.by_name, "key sets mark deleted rows by it"
            for column in table.columns:
                assert column.data_type in TYPES or column.data_type.startswith("decimal("), column


def test_a_key_that_is_no_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "_crm__sources.yml").write_text(
        "sources: [{name: crm, tables: [{name: t, config: {meta: {primary_key: [id]}}, columns: []}]}]"
    )
    with pytest.raises(ValueError, match=r"_crm__sources\.yml: table t names the column id"):
        read_schemas(tmp_path)
