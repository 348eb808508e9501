"""Progress of long steps: a live line on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Reporter(Protocol):
    """What a step tells while it works."""

    def advance(self, done: int, total: int, label: str) -> None:
        """`done` of `total` parts (0: not known) are finished; `label` names the one just finished."""

    def note(self, text: str) -> None:
        """Something that a person should know now."""


class Silent:
    """Says nothing: for tests and for callers with a log of their own."""

    def advance(self, done: int, total: int, label: str) -> None:
        return

    def note(self, text: str) -> None:
        return


class PlainReporter:
    """One line per tenth of a step: for logs."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.tenth = -1

    def advance(self, done: int, total: int, label: str) -> None:
        tenth = done * 10 // total if total else done // 20
        if tenth > self.tenth:
            self.tenth = tenth
            of_total = f"/{total}" if total else ""
            self._line(f"{done}{of_total} {label}")

    def note(self, text: str) -> None:
        self._line(text)

    def _line(self, text: str) -> None:
        # A log has no width, and a label no markup.
        self.console.print(f"    {text}", highlight=False, markup=False, soft_wrap=True)


class LiveReporter:
    """A bar on a terminal."""

    def __init__(self, progress: Progress, title: str) -> None:
        self.progress = progress
        self.title = title
        self.task = progress.add_task(title, total=None)

    def advance(self, done: int, total: int, label: str) -> None:
        self.progress.update(
            self.task, completed=done, total=total or None, description=f"{self.title} [dim]{label[:48]}[/]"
        )

    def note(self, text: str) -> None:
        self.progress.console.print(f"    {text}", highlight=False)


@contextmanager
def step(console: Console, title: str) -> Iterator[Reporter]:
    """Report one step: its progress while it runs, and a line with its duration when it is done."""
    started = time.monotonic()
    if console.is_terminal and sys.stdout.isatty():
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            yield LiveReporter(progress, title)
    else:
        console.print(f"  … {title}", highlight=False)
        yield PlainReporter(console)
    console.print(f"  [green]✓[/] {title} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)
