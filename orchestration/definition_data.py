"""`concord definitions`: check the files that both teams sign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.definitions_check import PROJECT, Problem, check, hints
from orchestration.optional import find
from orchestration.transform.definition_files import DefinitionsInvalid, overlaid

__all__ = ["Problem", "app", "check", "hints"]

app = typer.Typer(help="The definitions that both teams sign.", no_args_is_help=True, add_completion=False)


@app.callback()
def definitions() -> None:
    """The definitions that both teams sign."""


@app.command("check")
def check_command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of definition files; those it lacks are the project's. [CONCORD_DEFINITIONS]"
        ),
    ] = None,
) -> None:
    """Say which row is wrong, what is wrong with it and what is allowed. Exit 1 if anything is."""
    folder = folder or _own_folder()
    if not folder.is_dir():
        typer.echo(f"{folder} is no folder. Name the folder of the definition files (*.csv).", err=True)
        raise typer.Exit(2)
    try:
        with overlaid(str(folder)) as files:
            problems, doubts = check(files), hints(files)
    except DefinitionsInvalid as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    for found in problems:
        typer.echo(str(found))
    for doubt in doubts:
        typer.echo(f"(allowed, but meant?) {doubt}")
    if problems:
        word = "problem" if len(problems) == 1 else "problems"
        typer.echo(f"{len(problems)} {word}: correct the rows above; nothing is built until then.")
        raise typer.Exit(1)
    typer.echo(f"{folder.name}: every definition file can be applied.")


def _own_folder() -> Path:
    from orchestration.settings import Settings

    own = Settings.load().definitions
    return Path(own) if own else PROJECT / "seeds" / "definitions"


_compare = find("orchestration.definitions_compare", "compare_command")
if _compare is not None:
    app.command("compare")(_compare)
