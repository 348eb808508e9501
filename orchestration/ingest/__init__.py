"""Loading: extracts from the landing zone into append-only raw tables of the build database."""

from orchestration.ingest.load import (
    FullRefreshRefused,
    LoadError,
    LoadReport,
    TableLoad,
    load_landing,
    load_source,
)
from orchestration.ingest.schemas import SourceSchema, TableSchema, read_schemas

__all__ = [
    "FullRefreshRefused",
    "LoadError",
    "LoadReport",
    "SourceSchema",
    "TableLoad",
    "TableSchema",
    "load_landing",
    "load_source",
    "read_schemas",
]
