"""Names: a vendor's own spelling of tables and columns, as Fivetran and dlt write them in snake_case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.ingest.schemas import LOAD_COLUMNS, Column, SourceSchema, TableSchema

_CAMEL = re.compile(r"([a-z])([A-Z])")
_DIGITS = re.compile(r"([A-Za-z])([0-9])|([0-9])([A-Za-z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_PROPERTY = re.compile(r"^propert(?:y|ies)[._]+", re.IGNORECASE)


def snake_case(name: str) -> str:
    """The name as Fivetran writes it: `IsConverted` → is_converted, `No_Show__c` → no_show_c, `Product2Id`
    → product_2_id, `LastCURequestDate` → last_curequest_date. One leading underscore is kept
    (`_fivetran_synced`).
    """
    stripped = name.strip()
    text = _CAMEL.sub(r"\1_\2", stripped)
    for _ in range(2):  # overlapping matches: a1b
        text = _DIGITS.sub(lambda match: "_".join(group for group in match.groups() if group), text)
    text = _OTHER.sub("_", text.lower()).strip("_")
    if not text:
        return ""
    return f"_{text}" if stripped.startswith("_") or text[0].isdigit() else text


def squash(name: str) -> str:
    """Letters and digits only, lower case: two spellings of one name are equal under this."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def match_table(folder: str, source: SourceSchema) -> str | None:
    """The declared table that a folder name means, or None: `OpportunityFieldHistory`, `contacts`, `LEAD`."""
    if folder in source.tables:
        return folder
    by_squash = {squash(name): name for name in source.tables}
    key = squash(folder)
    singular = [key]
    if key.endswith("ies"):
        singular.append(key[:-3] + "y")
    if key.endswith("es"):
        singular.append(key[:-2])
    if key.endswith("s"):
        singular.append(key[:-1])
    singular.append(key + "s")
    for candidate in singular:
        if candidate in by_squash:
            return by_squash[candidate]
    return None


@dataclass(frozen=True)
class ColumnMatch:
    """One column of a file: its own name, the raw table's column, and the declaration if there is one."""

    file_name: str
    name: str
    declared: Column | None


class AmbiguousColumns(ValueError):
    """Two columns of one file mean the same declared column."""

    def __init__(self, column: str, first: str, second: str) -> None:
        super().__init__(f"the columns {first!r} and {second!r} both mean {column}")
        self.column = column


def match_columns(file_columns: Sequence[str], table: TableSchema) -> list[ColumnMatch]:
    """Matches a file's columns with the declared ones, best spelling first; the rest keep a snake_case
    name.

    In order: the declared name itself, its snake_case, its letters alone, a HubSpot property without its
    prefix, and the other names that the declaration lists (`also_called`), with that prefix or without.

    Raises:
        AmbiguousColumns: two columns mean one declared column in the same spelling class.
    """
    taken: dict[str, str] = {}
    meaning: dict[int, str] = {}

    def claim(index: int, declared_name: str, strict: bool) -> None:
        if index in meaning:
            return
        if declared_name in taken:
            if strict:
                raise AmbiguousColumns(declared_name, taken[declared_name], file_columns[index])
            return
        taken[declared_name] = file_columns[index]
        meaning[index] = declared_name

    by_squash: dict[str, str] = {}
    for column in table.columns:
        by_squash.setdefault(squash(column.name), column.name)

    for index, name in enumerate(file_columns):
        if name in table.by_name:
            claim(index, name, strict=True)
    for index, name in enumerate(file_columns):
        if snake_case(name) in table.by_name:
            claim(
                index,
                snake_case(name),
                strict=name != snake_case(name) and snake_case(name) not in file_columns,
            )
    for index, name in enumerate(file_columns):
        if index in meaning:
            continue
        bare = _PROPERTY.sub("", name)
        for spelling in (squash(name), "property" + squash(bare)):
            if spelling in by_squash and by_squash[spelling] not in taken:
                claim(index, by_squash[spelling], strict=False)
                break
    for column in table.columns:
        for other in column.also_called:
            for index, name in enumerate(file_columns):
                if squash(other) in (squash(name), squash(_PROPERTY.sub("", name))):
                    claim(index, column.name, strict=False)

    matches: list[ColumnMatch] = []
    used = {*taken, *LOAD_COLUMNS}
    for index, name in enumerate(file_columns):
        if index in meaning:
            matches.append(ColumnMatch(name, meaning[index], table.by_name[meaning[index]]))
            continue
        stem = snake_case(_PROPERTY.sub("property_", name)) or "column"
        if stem in table.by_name:  # a declared column under a second name: kept beside it, as text
            stem = f"{stem}_other"
        free, number = stem, 2
        while free in used:
            free, number = f"{stem}_{number}", number + 1
        used.add(free)
        matches.append(ColumnMatch(name, free, None))
    return matches
