"""A landing zone that tests write by hand, and the file that a night publishes from it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests import nights


class Landing:
    """A landing zone that takes rows in any format."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, table: str, name: str) -> Path:
        path = self.root / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def csv(self, table: str, text: str, name: str = "a.csv") -> None:
        """Lines as they stand, without the margin; fields between bars, so that a table reads like one."""
        rows = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in text.strip().splitlines()
        ]
        written = io.StringIO()
        csv.writer(written).writerows(rows)
        self._path(table, name).write_text(written.getvalue())

    def jsonl(self, table: str, *rows: dict[str, Any], name: str = "a.jsonl") -> None:
        self._path(table, name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def parquet(self, table: str, *rows: dict[str, Any], name: str = "a.parquet") -> None:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        pq.write_table(pa.table({c: [row.get(c) for row in rows] for c in columns}), self._path(table, name))


def published(
    landing: Landing, definitions: Path | None = None, as_of: str = "2026-06-30T00:00:00"
) -> Published:
    """What a night makes of a landing zone, in a warehouse beside it; without the tests that only read."""
    from orchestration.runs import Paths

    warehouse = landing.root.with_name("warehouse")
    ended = nights.run(landing.root, warehouse, as_of, definitions=str(definitions or ""), models_only=True)
    assert ended.code == 0, ended.output
    return Published(Paths(warehouse).published)


class Published:
    """What a night published."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.file), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
