"""The public entry: write the demo company's extracts, whole or night by night."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.columns import DAY, Bools, Ints, salesforce_ids
from demo.definition_files import choose_overrides, write_definitions
from demo.odd_files import write_odd_files
from demo.trap_list import trap_table
from demo.truth import write_tables
from demo.vendors.files import Files
from demo.vendors.hubspot import HubSpot
from demo.vendors.marketo import Marketo
from demo.vendors.pardot import Pardot
from demo.vendors.salesforce import Salesforce, deleted_members
from demo.world import ALL_SOURCES, Extract, World, build_world
from demo.writing import vendor_spelling, write_table

DEFAULT_AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
MOST_NIGHTS = 90
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
    *,
    truth: bool = True,
    odd_files: bool = True,
) -> DemoReport:
    """Write the demo company's extracts under `out`, as of `as_of` minus `nights` days, and a delta per night.

    `<out>/<source>/<table>/base.<ext>` is the state before the first night; `night_001.<ext>` and on hold what each
    night brought; a few files are bad or odd (`demo.odd_files`). The same arguments give the same bytes.
    """
    if nights > MOST_NIGHTS:
        raise ValueError(
            f"--nights {nights} is too many: the demo writes at most {MOST_NIGHTS} nightly deltas"
        )
    wanted = set(sources) if sources else set(ALL_SOURCES)
    unknown = wanted - ALL_SOURCES
    if unknown:
        raise ValueError(f"unknown source(s) {sorted(unknown)}: choose from {sorted(ALL_SOURCES)}")
    world = build_world(leads, months, seed, wanted, as_of, nights)
    report = DemoReport(out=out, people=leads, engagements=len(world.journeys.acts), as_of=as_of)
    cuts = [world.end - (nights - night) * DAY for night in range(nights + 1)]
    for source in sorted(wanted):
        _write_source(world, source, out, cuts, fmt, report)
    odd_paths = write_odd_files(world, out, cuts[0]) if odd_files else []
    overrides = choose_overrides(world)
    write_definitions(world, overrides, out / "_definitions")
    if truth:
        odd = {path.relative_to(out).as_posix() for path in odd_paths}
        tables = {**write_tables(world, overrides), "traps": trap_table(world, deleted_members(world), odd)}
        for name, table in tables.items():
            report.bytes_written += write_table(table, out / "_truth" / f"{name}.parquet")
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
            shown = known <= cut
            if (source, table_name) == ("salesforce", "campaign_member"):
                shown &= _hide_deleted(world, table, known, cut, previous, out, night)
            fresh = np.flatnonzero((known > previous) & shown)
            if night and not len(fresh):
                continue
            part = table if len(fresh) == len(table) else table.take(pa.array(fresh))
            rows[f"{source}.{table_name}"] = len(part)
            name = "base" if night == 0 else f"night_{night:03d}"
            report.bytes_written += _write(part, out, source, table_name, name, fmt)
            if night == 0:
                _again(world, source, table_name, table, known, cut, out)
        if night == 0:
            report.rows.update(rows)
        else:
            while len(report.night_rows) < night:
                report.night_rows.append({})
            report.night_rows[night - 1].update(rows)
        previous = cut


def _hide_deleted(
    world: World, table: pa.Table, known: Ints, cut: int, previous: int, out: Path, night: int
) -> Bools:
    """Leave deleted campaign members out, and write the full key set that says so.

    They were in an older extract, which stays in the landing zone; half of them are deleted in the last month, so
    that a night's key set deletes them from a base that still has them.
    """
    gone = deleted_members(world)
    gone_at = np.where(gone % 2 == 1, world.end - 40 * DAY, world.end - (gone % 7 + 1) * DAY + DAY // 2)
    gone_at = np.where(gone_at <= cut, gone_at, 2**62)
    keys = pc.index_in(table["id"], pa.array(salesforce_ids("00v", gone + 1))).fill_null(-1).to_numpy()
    hidden = (
        (keys >= 0) & (gone_at[np.clip(keys, 0, None)] <= cut)
        if len(gone)
        else np.zeros(len(table), dtype=bool)
    )
    folder = out / "salesforce" / "campaign_member"
    fresh = hidden & (gone_at[np.clip(keys, 0, None)] > previous) if len(gone) else hidden
    if fresh.any():
        alive = table.select(["id"]).take(pa.array(np.flatnonzero(~hidden & (known <= cut))))
        stem = "base" if night == 0 else f"night_{night:03d}"
        write_table(alive, folder / f"{stem}_complete.keys.parquet")
        if night == 0:
            write_table(
                table.take(pa.array(np.flatnonzero(fresh & (known <= cut)))), folder / "archive_2026.parquet"
            )
    return ~hidden


def _again(world: World, source: str, name: str, table: pa.Table, known: Ints, cut: int, out: Path) -> None:
    """The same file twice, and an older version of rows extracted again: both are harmless to a careful loader."""
    if (source, name) == ("hubspot", "contact_form_submission"):
        write_table(
            table.take(pa.array(np.flatnonzero(known <= cut))), out / source / name / "base_copy.parquet"
        )
    if (source, name) == ("salesforce", "lead") and cut - 60 * DAY > world.company.start:
        older, _stamp = Salesforce(world).at(cut - 60 * DAY)["lead"]
        still = pc.is_in(older["id"], value_set=table["id"].combine_chunks()).to_numpy()
        rows = np.flatnonzero(still)[::10]
        write_table(older.take(pa.array(rows)), out / source / name / "restored_from_backup.parquet")


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
