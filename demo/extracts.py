"""The public entry: write the demo company's extracts, whole or night by night."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from demo.columns import DAY
from demo.vendors.files import Files
from demo.vendors.hubspot import HubSpot
from demo.vendors.marketo import Marketo
from demo.vendors.pardot import Pardot
from demo.vendors.salesforce import Salesforce
from demo.world import ALL_SOURCES, Extract, World, build_world
from demo.writing import vendor_spelling, write_table

DEFAULT_AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
MOST_NIGHTS = 28  # hard-deleted records stay visible, flagged, for a month before the end
# Tables that a default run writes in another dress than parquet: format, delimiter, spreadsheet dress, vendor spelling.
DRESS: dict[tuple[str, str], tuple[str, str, bool, bool]] = {
    ("salesforce", "campaign"): ("csv", ",", False, True),
    ("salesforce", "user"): ("csv", ",", True, True),
    ("salesforce", "group"): ("jsonl.gz", ",", False, False),
    ("hubspot", "company"): ("csv", ";", True, False),
    ("hubspot", "form"): ("jsonl.gz", ",", False, False),
    ("hubspot", "owner"): ("csv", ",", False, False),
    ("marketo", "program"): ("csv", ",", True, False),
    ("pardot", "campaign"): ("jsonl.gz", ",", False, False),
    ("files", "lead_ratings"): ("csv", ";", True, False),
    ("files", "email_verifications"): ("csv", ",", False, False),
    ("files", "ad_spend"): ("csv", ",", False, False),
}


@dataclass
class DemoReport:
    """What was written: rows by `<source>.<table>`, bytes, and where."""

    out: Path
    rows: dict[str, int] = field(default_factory=dict)
    night_rows: list[dict[str, int]] = field(default_factory=list)
    bytes_written: int = 0
    people: int = 0
    engagements: int = 0
    as_of: datetime = DEFAULT_AS_OF


class Vendor(Protocol):
    """A source system of the demo company."""

    def at(self, cut: int) -> dict[str, Extract]:
        """Tables whose rows change, as of an instant."""

    def static(self) -> dict[str, Extract]:
        """Tables whose rows never change once written."""


VENDORS: dict[str, type] = {
    "salesforce": Salesforce,
    "hubspot": HubSpot,
    "marketo": Marketo,
    "pardot": Pardot,
    "files": Files,
}


def write_demo(
    out: Path,
    leads: int = 2000,
    months: int = 12,
    seed: int = 7,
    sources: set[str] | None = None,
    nights: int = 0,
    as_of: datetime = DEFAULT_AS_OF,
    fmt: str = "parquet",
) -> DemoReport:
    """Write the demo company's extracts under `out`, as of `as_of` minus `nights` days, and a delta per night.

    `<out>/<source>/<table>/base.<ext>` is the state before the first night; `night_001.<ext>` and on hold what each
    night brought. The same arguments give the same bytes.
    """
    if nights > MOST_NIGHTS:
        raise ValueError(
            f"--nights {nights} is too many: the demo writes at most {MOST_NIGHTS} nightly deltas"
        )
    wanted = set(sources) if sources else set(ALL_SOURCES)
    unknown = wanted - ALL_SOURCES
    if unknown:
        raise ValueError(f"unknown source(s) {sorted(unknown)}: choose from {sorted(ALL_SOURCES)}")
    world = build_world(leads, months, seed, wanted, as_of)
    report = DemoReport(out=out, people=leads, engagements=len(world.journeys.acts), as_of=as_of)
    cuts = [world.end - (nights - night) * DAY for night in range(nights + 1)]
    for source in sorted(wanted & set(VENDORS)):
        _write_source(world, source, out, cuts, fmt, report)
    return report


def _write_source(
    world: World, source: str, out: Path, cuts: list[int], fmt: str, report: DemoReport
) -> None:
    vendor: Vendor = VENDORS[source](world)
    previous = -(2**62)
    static = vendor.static()
    for night, cut in enumerate(cuts):
        rows: dict[str, int] = {}
        for table_name, (table, known) in sorted({**static, **vendor.at(cut)}.items()):
            fresh = np.flatnonzero((known > previous) & (known <= cut))
            if night and not len(fresh):
                continue
            part = table if len(fresh) == len(table) else table.take(pa.array(fresh))
            rows[f"{source}.{table_name}"] = len(part)
            name = "base" if night == 0 else f"night_{night:03d}"
            report.bytes_written += _write(part, out, source, table_name, name, fmt)
        if night == 0:
            report.rows.update(rows)
        else:
            while len(report.night_rows) < night:
                report.night_rows.append({})
            report.night_rows[night - 1].update(rows)
        previous = cut


def _write(table: pa.Table, out: Path, source: str, name: str, stem: str, fmt: str) -> int:
    kind, delimiter, dressed, vendor = DRESS.get((source, name), (fmt, ",", False, False))
    if vendor:
        table = table.rename_columns([vendor_spelling(column) for column in table.column_names])
    return write_table(
        table, out / source / name / f"{stem}.{kind}", kind, delimiter=delimiter, dressed=dressed
    )


def split_nights(out: Path, nights_dir: Path) -> list[Path]:
    """Move each night's files out of a landing zone into `<nights_dir>/001`, `002`, …: drop them in one at a time.

    Returns the folders in order; each has the landing-zone layout.
    """
    folders: dict[str, Path] = {}
    for path in sorted(out.glob("*/*/night_*")):
        night = path.name.split(".")[0].removeprefix("night_")
        target = nights_dir / night / path.parent.parent.name / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        folders[night] = nights_dir / night
    return [folders[night] for night in sorted(folders)]
