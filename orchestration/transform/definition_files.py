"""The definition files of a build: those of the project, with the organisation's own on top."""

import os
import shutil
from pathlib import Path

from orchestration.runs import Paths
from orchestration.transform.dbt import project_seed_folder


class DefinitionsInvalid(ValueError):
    """Definition files that cannot be applied; the message names file, row and what to do."""


def stage_definitions(paths: Paths, own_folder: str) -> Path:
    """Put the definition files of a build into the warehouse; returns their folder.

    A file of `own_folder` replaces the project's file of the same name. The folder is exchanged as a whole, so a
    run that is killed here leaves complete files behind.
    """
    sources = {path.name: path for path in project_seed_folder().glob("*.csv")}
    if own_folder:
        folder = Path(own_folder)
        if not folder.is_dir():
            raise DefinitionsInvalid(
                f"CONCORD_DEFINITIONS names {folder}, which is no folder: create it or correct it."
            )
        own = {path.name: path for path in folder.glob("*.csv")}
        unknown = sorted(set(own) - set(sources))
        if unknown:
            raise DefinitionsInvalid(
                f"{folder / unknown[0]} is no definition file that Concord knows: rename or remove it. "
                f"Known files: {', '.join(sorted(sources))}."
            )
        sources |= own
    scratch = paths.definitions.with_name("definitions.next")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, path in sources.items():
        shutil.copyfile(path, scratch / name)
    shutil.rmtree(paths.definitions, ignore_errors=True)
    os.replace(scratch, paths.definitions)
    return paths.definitions


def check_definitions(folder: Path) -> list[str]:
    """Problems of staged definition files, each a sentence naming file, row and column."""
    from orchestration.definition_data import check

    return [str(problem) for problem in check(folder)]
