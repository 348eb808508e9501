"""A list of numbers holds a number however either is spelled, and blanks around its bars mean nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.harness import Warehouse

CREATED = datetime(2026, 1, 1)
FROM_US = 1767225600000000


@pytest.mark.parametrize(
    ("attribute", "value", "operator", "listed", "fits"),
    [
        ("employee_count", "200.0", "in", "50|200", True),
        ("employee_count", "200", "in", "50 | 200.0", True),
        ("employee_count", "200.0", "not_in", "50|200", False),
        ("employee_count", "20.0", "in", "50|200", False),
        ("employee_count", "1000000.0", "in", "1|1000000", True),
        ("country_code", "DE", "in", "US | de | FR", True),
        ("country_code", "DE", "not_in", "US | DE", False),
    ],
)
def test_lists(
    template: Warehouse, tmp_path: Path, attribute: str, value: str, operator: str, listed: str, fits: bool
) -> None:
    warehouse = Warehouse.from_template(template, tmp_path)
    warehouse.put("intermediate.int_accounts__accounts", [{"account_id": "a", "created_at": CREATED}])
    span = {"account_id": "a", "from_us": FROM_US, "to_us": 253402300800000000}
    warehouse.put(
        "intermediate.int_lifecycle__account_attributes", [span | {"attribute": attribute, "value": value}]
    )
    criterion = {
        "version": 2,
        "criterion_id": "c",
        "attribute": attribute,
        "operator": operator,
        "value": listed,
    }
    warehouse.put("definitions.icp_criteria", [criterion | {"is_disqualifier": False}])
    warehouse.run("int_definitions__icp_sets", "int_lifecycle__icp_spans")
    [found] = warehouse.rows("select is_icp_fit from intermediate.int_lifecycle__icp_spans")
    assert found["is_icp_fit"] is fits
