"""Files as they really arrive (trap 22): half-written, empty, a column more, a column less, a type that changed.

One of each per company, whatever its size. A bad file holds nothing that another file does not hold; the rows of an odd
but readable one are older versions, which lose by their own stamp.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.columns import DAY
from demo.vendors.salesforce import Salesforce
from demo.world import World
from demo.writing import write_table

# Trap to its file and what a careful loader makes of it.
ODD_FILES: dict[str, tuple[str, str]] = {
    "file_half_written": ("salesforce/lead/half_written.parquet", "Quarantined: damaged or half-written"),
    "file_empty": ("salesforce/task/empty.csv", "No rows, and nothing is wrong with that"),
    "file_cut_off": ("files/intent_signals/truncated.jsonl.gz", "Quarantined: not a whole gzip file"),
    "file_key_column_less": ("hubspot/contact/no_id.csv", "Quarantined: lacks the required column id"),
    "file_type_unreadable": ("files/ad_spend/wrong_type.csv", "Quarantined: row 1 of spend is no number"),
    "file_column_less": (
        "salesforce/lead/restored_without_title.parquet",
        "Loaded: older versions, title null",
    ),
    "file_column_more": (
        "salesforce/lead/restored_with_rating.parquet",
        "Loaded: the new column is kept as text",
    ),
    "file_type_changed": (
        "salesforce/lead/restored_as_text.parquet",
        "Loaded: numbers and dates read from text",
    ),
}
# A damaged parquet file is unreadable wherever it ends; this much of a large one is enough.
HALF = 1 << 16
# How far back the older versions lie that the odd but readable files bring again.
BEFORE = 60 * DAY


def write_odd_files(world: World, out: Path, base: int) -> list[Path]:
    """Write each odd file whose source is in use beside the base extract of instant `base`; returns their paths."""
    written: list[Path] = []
    bad = {
        "salesforce/task/empty.csv": b"",
        "hubspot/contact/no_id.csv": b"property_email,property_firstname\nnobody@nowhere-at-all.com,No\n",
        "files/ad_spend/wrong_type.csv": b"spend_date,channel,spend\n2026-05-01,google_ads,twelve\n",
        "files/intent_signals/truncated.jsonl.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    }
    leads = out / "salesforce" / "lead" / "base.parquet"
    if leads.exists():
        whole = leads.read_bytes()
        bad["salesforce/lead/half_written.parquet"] = whole[: min(len(whole) // 2, HALF)]
    for name, content in bad.items():
        if name.split("/")[0] in world.sources:
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(path)
    if "salesforce" in world.sources and base - BEFORE > world.company.start:
        written += _write_older_leads(world, out / "salesforce" / "lead", base)
    return written


def _write_older_leads(world: World, folder: Path, base: int) -> Iterable[Path]:
    now, _ = Salesforce(world).at(base)["lead"]
    older, _ = Salesforce(world).at(base - BEFORE)["lead"]
    place = pc.index_in(older["id"], value_set=now["id"].combine_chunks())
    stamp = now["system_modstamp"].take(place)
    outdated = pc.fill_null(pc.less(older["system_modstamp"], stamp), False).to_numpy()
    rows = np.flatnonzero(outdated)
    less, more, text = (older.take(pa.array(rows[start::60])) for start in range(3))
    as_text = {
        "created_date": pc.strftime(text["created_date"], format="%m/%d/%Y %H:%M"),
        "is_converted": pc.cast(text["is_converted"], pa.string()),
    }
    for name, column in as_text.items():
        text = text.set_column(text.schema.get_field_index(name), name, column)
    more = more.append_column("legacy_rating_c", pa.array(["Hot"] * len(more), pa.string()))
    written = []
    for stem, table in (
        ("restored_without_title", less.drop_columns(["title"])),
        ("restored_with_rating", more),
        ("restored_as_text", text),
    ):
        if len(table):
            written.append(folder / f"{stem}.parquet")
            write_table(table, written[-1])
    return written
