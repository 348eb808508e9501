"""Night after night of changes give what one build of everything gives: incremental equals full refresh, row for row.

`CONCORD_TEST_NIGHTS` says how many nights (`make endurance`: thirty). Not part of `make test`: a night is a minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo import DEFAULT_AS_OF, split_nights, write_demo
from orchestration.runs import Paths
from tests import nights
from tests.upheaval import upheave

NIGHTS = int(os.environ.get("CONCORD_TEST_NIGHTS", "2"))
LEADS = int(os.environ.get("CONCORD_TEST_LEADS", "150"))
# Columns and tables that these nights must move, or the comparison proves nothing about them.
MOVED = (
    "core.bridge_lead_records",
    "core.dim_leads",
    "core.fct_engagements",
    "core.fct_lifecycle_transitions",
)


@pytest.mark.slow
def test_nightly_deltas_give_what_one_full_refresh_gives(tmp_path: Path) -> None:
    """Incident it guards against: an incremental model that keeps what a late or corrected row should have changed."""
    landing = tmp_path / "landing"
    write_demo(landing, leads=LEADS, months=8, seed=19, nights=NIGHTS)
    definitions = str(landing / "_definitions")
    arriving = split_nights(landing, tmp_path / "arriving")
    assert len(arriving) == NIGHTS
    warehouse, fresh = tmp_path / "nightly", tmp_path / "fresh"
    first: dict[str, tuple[int, str]] = {}
    for night in range(NIGHTS + 1):
        if night:
            shutil.copytree(arriving[night - 1], landing, dirs_exist_ok=True)
        instant = (DEFAULT_AS_OF - timedelta(days=NIGHTS - night)).replace(tzinfo=None)
        if night == 2:
            # At noon before that night, what has landed is loaded and built as far as alerts need it.
            _signals(landing, warehouse, instant - timedelta(hours=12), definitions)
        upheave(landing, night, instant)
        as_of = instant.isoformat()
        ended = nights.run(landing, warehouse, as_of, models_only=True, definitions=definitions)
        assert ended.code == 0, ended.output
        if night == 0:
            first = nights.published_rows(Paths(warehouse).published)
    last = DEFAULT_AS_OF.replace(tzinfo=None).isoformat()
    ended = nights.run(landing, fresh, last, models_only=True, definitions=definitions)
    assert ended.code == 0, ended.output
    published = nights.published_rows(Paths(warehouse).published)
    assert [table for table in MOVED if published[table] == first[table]] == []
    told = nights.differences(Paths(warehouse).published, Paths(fresh).published)
    assert not told, (
        f"{len(told)} tables differ (first: {NIGHTS} nights, second: one refresh):\n" + "\n".join(told)
    )


def _signals(landing: Path, warehouse: Path, as_of: datetime, definitions: str) -> None:
    settings = {
        "LANDING": str(landing),
        "WAREHOUSE": str(warehouse),
        "AS_OF": as_of.isoformat(),
        "DEFINITIONS": definitions,
        "MEMORY_LIMIT": "2GB",
        "ALERT_URLS": "",
    }
    environment = os.environ | {f"CONCORD_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "orchestration.cli", "alerts", "signals"]
    ended = subprocess.run(
        command, cwd=nights.PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
