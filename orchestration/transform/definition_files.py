"""The definition files of a build: those of the project, with the organisation's own on top."""

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.definitions_check import CASELESS, filled_rows
from orchestration.runs import Paths
from orchestration.transform.dbt import project_seed_folder


class DefinitionsInvalid(ValueError):
    """Definition files that cannot be applied; the message names file, row and what to do."""


def sources(own_folder: str) -> dict[str, Path]:
    """The definition files by name: the project's, with those of `own_folder` in place of the same name."""
    found = {path.name: path for path in project_seed_folder().glob("*.csv")}
    if own_folder:
        folder = Path(own_folder)
        if not folder.is_dir():
            raise DefinitionsInvalid(
                f"CONCORD_DEFINITIONS names {folder}, which is no folder: create it or correct it."
            )
        own = {path.name: path for path in folder.glob("*.csv")}
        unknown = sorted(set(own) - set(found))
        if unknown:
            raise DefinitionsInvalid(
                f"{folder / unknown[0]} is no definition file that Concord knows: rename or remove it. "
                f"Known files: {', '.join(sorted(found))}."
            )
        found |= own
    return found


@contextmanager
def overlaid(own_folder: str) -> Iterator[Path]:
    """A folder with the definition files that a build would take, while it is looked at."""
    found = sources(own_folder)
    with tempfile.TemporaryDirectory(prefix="concord-definitions-") as scratch:
        for name, path in found.items():
            _take(path, Path(scratch) / name)
        yield Path(scratch)


def stage_definitions(paths: Paths, own_folder: str) -> Path:
    """Put the definition files of a build into the warehouse; returns their folder.

    A file of `own_folder` replaces the project's file of the same name. The folder is exchanged as a whole, so a
    run that is killed here leaves complete files behind.
    """
    found = sources(own_folder)
    scratch = paths.definitions.with_name("definitions.next")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, path in found.items():
        _take(path, scratch / name)
    shutil.rmtree(paths.definitions, ignore_errors=True)
    os.replace(scratch, paths.definitions)
    return paths.definitions


def _take(path: Path, copy: Path) -> None:
    """Copy a definition file as the check reads it: no blanks around cells, words of the engine in small letters."""
    try:
        header, *rows = filled_rows(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, csv.Error, ValueError):
        # Unreadable or empty: the check says what is wrong with it.
        shutil.copyfile(path, copy)
        return
    caseless = {place for place, column in enumerate(header) if column in CASELESS.get(path.stem, ())}
    lowered = (
        [cell.lower() if place in caseless else cell for place, cell in enumerate(row)] for row in rows
    )
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lowered])


def check_definitions(folder: Path) -> list[str]:
    """Problems of staged definition files, each a sentence naming file, row and column."""
    from orchestration.definition_data import check

    return [str(problem) for problem in check(folder)]
