"""Writes `docs/handbook/landing_zone.md` from the declared schemas: `python -m orchestration.ingest.handbook`."""

from __future__ import annotations

from pathlib import Path

from orchestration.ingest.schemas import PROJECT_DIR, TableSchema, read_schemas

PAGE = PROJECT_DIR / "docs" / "handbook" / "landing_zone.md"

_INTRODUCTION = """\
# The landing zone: how to deliver extracts

*Written from `models/staging/*/_*__sources.yml` by `python -m orchestration.ingest.handbook`; a test keeps it
current.*

Put files at

    <CONCORD_LANDING>/<source>/<table>/<any name>.(parquet|csv|jsonl)[.gz]

`CONCORD_LANDING` is a folder or any URL that fsspec knows (`s3://…`, `gs://…`, `abfs://…`, with its package
installed). Folders below the table's are fine. Folders and files whose name begins with `_` or `.` are left alone.
Write a file under a name that begins with `_` or `.`, or outside the zone, and move it in when it is complete.

## What a file may hold
- **Any part of a table.** A full or a partial extract, one row or all. Raw tables keep every version that ever
  came; the newest wins, by the source's own modification stamp, then by load time, then by file order (files of one
  load are ordered by name without its ending).
- **Names** in snake_case as Fivetran writes them (`is_converted`), or the vendor's own (`IsConverted`,
  `Loss_Reason__c`, `OpportunityFieldHistory`, `contacts`, the HubSpot API's `properties.email` or plain `email`).
- **Any column.** Missing optional columns read as null. Undeclared columns are kept as text; to use them in models,
  list them in the dbt var `passthrough_columns` (`{salesforce.lead: [gclid_c]}`). The next `concord nightly` builds
  anew what has them; by hand, build with `--full-refresh` once.
- **Any table** of a declared source. An undeclared one is kept in `raw_<source>` as text, and reported. Files of an
  unknown source are reported and not loaded.
- **CSV** in UTF-8, with or without byte order mark, separated by comma, semicolon, tab or bar, with quoted line
  breaks; **JSON lines**, nested values kept as JSON text; **parquet** of any types.
- **Timestamps** as ISO 8601 with or without offset (none means UTC), `2018.02.26 19:58`, US dates (`2/26/2018 3:15
  PM`; month first, always), or epochs in seconds to nanoseconds. **Booleans** true/false, yes/no, t/f, 1/0.
  **Numbers** with thousands separators or exponents. Empty means null everywhere.

## Delivering twice, correcting, taking back
- The same file again, or a copy under another name, changes nothing.
- A file with new content under an old name is loaded as a new delivery.
- Nothing is ever taken out of raw because a file went away. To say that rows are **gone from the source**, set
  `is_deleted`, `_fivetran_deleted` or `archived` on them, or deliver the full key set.

### Full key sets
`<name>.keys.<format>` (for example `salesforce/campaign_member/2026-05-01.keys.csv`) holds the primary key columns
of *every* row the source has now. A row that raw has, that came before the key set and is not in it, counts as
deleted from then on; if a later key set or file has it again, it is back. A key set loads after the data file of
the same name. A key set without keys is quarantined, because it would delete everything.

### Full refresh
Sources forget (Salesforce field history after 18 to 24 months, Marketo activities after 90 days), so raw is the
bank. A full refresh of the load reads the whole landing zone again and is **refused** when raw holds keys that the
zone no longer has, unless forced. Rebuilding the models never needs it.

## Quarantine
A file with a missing *required* column, a value that does not parse, no value in a required key, or damage
(half-written parquet or gzip, JSON cut off, a CSV row of another width, NUL bytes, not UTF-8) is not loaded; all
others are. `raw_meta.quarantined_files` holds one row per file in quarantine: source, table, file, row (the first
bad one, counted from 1 without the header), column, reason, detected_at, content_hash. It describes a bad value by
its shape (`aaaa 99`), never by itself. The entry closes when the file is delivered again and loads, or is taken
away. `raw_meta.loaded_files` holds every delivery: file, content_hash, kind (data, keys, copy), file_order, rows,
bytes, loaded_at.

An empty CSV or JSON lines file is harmless; a parquet file without bytes is damaged.

## Reading an existing Fivetran or Airbyte schema instead
Set the dbt vars `<source>_schema` (and `<source>_database` for an attached database): staging then reads that
schema in place, under Fivetran's column names or the vendor's own. Where a table is called otherwise, name it:

    dbt build --vars '{hubspot_schema: airbyte_hubspot, source_tables: {hubspot.contact: contacts}}'

## Raw tables
Each has the columns below and four of the loader's: `_loaded_at` (UTC), `_file` (path in the zone), `_file_order`
(rises with every delivery) and `_row` (data row, from 1). **Bold** columns are required; all are text unless their
type is given.

"""


def _table_section(table: TableSchema) -> str:
    columns = ", ".join(
        (f"**{column.name}**" if column.is_required else column.name)
        + ("" if column.data_type == "string" else f" ({column.data_type})")
        for column in table.columns
    )
    also = "; ".join(
        f"{column.name}: {', '.join(column.also_called)}" for column in table.columns if column.also_called
    )
    lines = [
        f"#### `{table.name}`",
        table.description,
        f"Key: {', '.join(table.primary_key)}. Newest by: {', '.join(table.modified_at)}.",
        "",
        columns + ".",
    ]
    if also:
        lines += ["", f"Also read as {also}."]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The handbook page."""
    parts = [_INTRODUCTION]
    for source in read_schemas().values():
        parts.append(f"### {source.name}\n{source.description}\n")
        parts += [_table_section(table) for table in source.tables.values()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def main(path: Path = PAGE) -> None:
    """Writes the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
