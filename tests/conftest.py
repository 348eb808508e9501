from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

# Files whose names begin so look at one night: see the session's fixtures in integration/conftest.py.
SHARED = ("test_judged_",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that take longest: nobody waits for one that started last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file of tests stays on one worker, and the files of one prefix of SHARED do: they share what they look at."""
    from xdist.scheduler import LoadFileScheduling

    class ByWarehouse(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((prefix for prefix in SHARED if Path(file).name.startswith(prefix)), file)

    return ByWarehouse(config, log) if config.getvalue("dist") == "loadfile" else None


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
