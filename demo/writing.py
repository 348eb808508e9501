"""Writes tables into the landing-zone layout, byte for byte the same for the same rows."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_table(
    table: pa.Table, path: Path, fmt: str = "parquet", *, delimiter: str = ",", dressed: bool = False
) -> int:
    """Write one file and return its size; `dressed` gives a CSV the byte order mark and line ends of a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if fmt == "parquet":
        pq.write_table(table, path, compression="zstd", row_group_size=250_000, write_statistics=True)
    elif fmt == "csv":
        path.write_bytes(_csv(table, delimiter, dressed))
    elif fmt == "jsonl.gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as file:
            for row in table.to_pylist():
                file.write((json.dumps(row, default=_plain, ensure_ascii=False) + "\n").encode())
        path.write_bytes(buffer.getvalue())
    else:
        raise ValueError(f"cannot write {path.name}: format {fmt!r} is not one of parquet, csv, jsonl.gz")
    return path.stat().st_size


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _csv(table: pa.Table, delimiter: str, dressed: bool) -> bytes:
    end = "\r\n" if dressed else "\n"
    columns = [column.to_pylist() for column in table.columns]

    def cell(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        text = value.isoformat(sep=" ") if hasattr(value, "microsecond") else str(value)  # type: ignore[attr-defined]
        if any(sign in text for sign in (delimiter, '"', "\n", "\r")) or text != text.strip():
            text = '"' + text.replace('"', '""') + '"'
        return text

    lines = [delimiter.join(table.column_names)]
    lines += [delimiter.join(cell(value) for value in row) for row in zip(*columns, strict=True)]
    body = end.join(lines) + end
    return (b"\xef\xbb\xbf" if dressed else b"") + body.encode()


def vendor_spelling(name: str) -> str:
    """`system_modstamp` as Salesforce spells it: `SystemModstamp`; a custom field keeps its `__c`."""
    if name.startswith("_"):
        return name
    custom = name.endswith("_c")
    stem = name[:-2] if custom else name
    words = [part[:1].upper() + part[1:] for part in stem.split("_") if part]
    if custom:
        return "_".join(words) + "__c"
    return "".join(words)
