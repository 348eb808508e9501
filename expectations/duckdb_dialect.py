"""A SQLAlchemy dialect with which Great Expectations works on DuckDB.

DuckDB keeps one open result per connection, and Great Expectations reads results after it has given the connection
back: with `duckdb-engine` alone it fails with "list index out of range". Here every result is buffered when its
statement has run. That is safe because checks aggregate inside DuckDB and return a handful of rows
(`tests/unit/test_expectations.py` counts them).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duckdb_engine import Dialect as DuckDBDialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.pool import NullPool

SCHEME = "concordduckdb"


class BufferingContext(DefaultExecutionContext):
    """Takes the rows over as soon as the statement has run."""

    def post_exec(self) -> None:
        if self.cursor is not None and self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=self.cursor.fetchall()
            )


class Dialect(DuckDBDialect):
    """DuckDB, with results that outlive their connection."""

    execution_ctx_cls = BufferingContext
    supports_statement_cache = False

    def connect(self, *arguments: Any, **options: Any) -> Any:
        # Not through `config`: the time zone's extension is not loaded yet while a connection opens.
        connection = super().connect(*arguments, **options)
        connection.execute("set TimeZone = 'UTC'")
        return connection

    @classmethod
    def import_dbapi(cls, **kwargs: Any) -> Any:
        return DuckDBDialect.dbapi(**kwargs)


registry.register(SCHEME, __name__, "Dialect")


def url(database: Path) -> str:
    """The connection string of a database file."""
    return f"{SCHEME}:///{database.resolve()}"


def connect_arguments() -> dict[str, Any]:
    """Keyword arguments of `create_engine`: a reader that cannot write, and that lets go of the file.

    Great Expectations makes engines of its own that nobody can dispose of. Without a pool their connections end with
    their statements, so that this process may write the file again when the checks are done.
    """
    return {"connect_args": {"read_only": True}, "poolclass": NullPool}
