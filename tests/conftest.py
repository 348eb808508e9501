from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one worker, and start with the files that take longest: nobody waits for one that started last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory):
    """An empty build of the project, made once per session."""
    from tests.harness import build_template

    return build_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def warehouse(template, tmp_path: Path):
    """A copy of the template to fill and run models on."""
    from tests.harness import Warehouse

    return Warehouse.from_template(template, tmp_path / "warehouse")
