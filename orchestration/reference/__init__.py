"""Reference data: what the world knows, as tables in the schema `reference` of the build database.

Lists rot, so they come from maintained packages; what we decide ourselves (overrides, definitions) is a seed.
`write_reference` runs after loading and before dbt. A table whose inputs did not change is left alone.
"""

from __future__ import annotations

import importlib
import importlib.util
from datetime import UTC, datetime
from pathlib import Path

from orchestration.forget import apply_register
from orchestration.reference import countries, domains
from orchestration.reference.tables import ensure_state
from orchestration.runs import Paths
from orchestration.storage import open_build

EMPTY_CALENDARS = {
    "local_days": "time_zone varchar, local_date date, starts_at timestamp, ends_at timestamp",
    "business_spans": (
        "calendar_id varchar, business_date date, opens_at timestamp, closes_at timestamp, "
        "business_us_before bigint, span_index bigint"
    ),
    "time_zones": "time_zone varchar",
}


def write_reference(database: Path, as_of: str | datetime, definitions: Path) -> None:
    """Write or refresh every table of the schema `reference` in the build database.

    `as_of` is the instant the build describes (UTC; ISO text or datetime), `definitions` the folder of the definition
    seeds (calendars, internal domains). Takes well under a second when nothing changed.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with open_build(database) as connection:
        connection.execute("set timezone = 'UTC'")
        # Extracts that were loaded again must not bring back whom we were told to forget.
        apply_register(connection, Paths(database.parent.parent))
        connection.execute("create schema if not exists reference")
        ensure_state(connection)
        domains.write_public_suffixes(connection)
        domains.write_listed_domains(connection)
        domains.write_idna_hosts(connection, definitions)
        countries.write_countries(connection)
        for table, columns in EMPTY_CALENDARS.items():
            connection.execute(f"create table if not exists reference.{table} ({columns})")
        if importlib.util.find_spec("orchestration.reference.calendars") is not None:
            calendars = importlib.import_module("orchestration.reference.calendars")
            calendars.write_calendars(connection, _instant(as_of), definitions)


def _instant(as_of: str | datetime) -> datetime:
    """The instant as a naive UTC datetime."""
    if isinstance(as_of, str):
        try:
            as_of = datetime.fromisoformat(as_of)
        except ValueError as error:
            raise ValueError(
                f"as_of {as_of!r} is not an ISO 8601 instant: write it like 2026-07-01T00:00:00"
            ) from error
    return as_of if as_of.tzinfo is None else as_of.astimezone(UTC).replace(tzinfo=None)
