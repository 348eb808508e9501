"""What a check found, in one shape for expectations and dbt tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

Status = Literal["passed", "failed", "warned", "skipped", "error"]


@dataclass(frozen=True)
class CheckResult:
    """One check of one run.

    `failed` is a broken blocking rule, `warned` a broken rule that does not block, `skipped` a rule with nothing to
    look at (a source that is not in use), `error` a check that could not run. `failing_keys` are keys of the first
    failing rows, never personal data.
    """

    suite: str
    expectation: str
    segment: str
    schema_name: str
    table_name: str
    column_name: str | None
    status: Status
    is_blocking: bool
    observed: str | None
    threshold: str | None
    failing_rows: int | None
    owner: str
    sentence: str = ""
    failing_keys: tuple[str, ...] = ()
    message: str = ""
    seconds: float = 0.0

    @property
    def check_id(self) -> str:
        """The check's name within its suite, with its segment where it has one."""
        return self.expectation if self.segment == "all" else f"{self.expectation}[{self.segment}]"

    @property
    def table(self) -> str:
        return f"{self.schema_name}.{self.table_name}"

    @property
    def blocks(self) -> bool:
        """This result keeps the build from being published."""
        return self.is_blocking and self.status in ("failed", "error")

    def __str__(self) -> str:
        """Which rows of which table broke which rule, for a person."""
        said = self.sentence.rstrip(".") or self.check_id.replace("_", " ")
        if self.status == "error":
            return f"{self.table} could not be checked for “{said}” ({self.suite}.{self.check_id}): {self.message}"
        if self.status == "skipped":
            return f"{self.table} was not checked for “{said}”: {self.message}"
        if self.status == "passed":
            return f"{self.table} keeps “{said}”"
        count = (
            ""
            if self.failing_rows is None
            else f" in {self.failing_rows:,} row{'s' * (self.failing_rows != 1)}"
        )
        keys = f": {', '.join(self.failing_keys)}" if self.failing_keys else ""
        more = ", …" if self.failing_keys and (self.failing_rows or 0) > len(self.failing_keys) else ""
        seen = f"observed {self.observed}, allowed {self.threshold}" if self.observed else ""
        detail = (
            f" ({'; '.join(part for part in (seen, f'{self.suite}.{self.check_id}, {self.owner}') if part)})"
        )
        return f"{self.table} broke “{said}”{count}{detail}{keys}{more}"


@dataclass
class CheckReport:
    """Everything one run checked."""

    run_id: str
    as_of: datetime
    results: list[CheckResult] = field(default_factory=list)
    data_docs: Path | None = None
    seconds: float = 0.0

    def with_status(self, *statuses: Status) -> list[CheckResult]:
        return [result for result in self.results if result.status in statuses]

    @property
    def blocking_failures(self) -> list[CheckResult]:
        return [result for result in self.results if result.blocks]

    @property
    def warnings(self) -> list[CheckResult]:
        """What was broken or could not run, and does not block."""
        return [r for r in self.results if r.status in ("warned", "failed", "error") and not r.blocks]

    @property
    def ok(self) -> bool:
        """Nothing blocking failed: the build may be published."""
        return not self.blocking_failures

    def summary(self) -> str:
        """One line: how many checks, how they ended, where to read more."""
        counts = [
            f"{len(found)} {word}"
            for word, statuses in (
                ("passed", ("passed",)),
                ("failed", ("failed",)),
                ("could not run", ("error",)),
                ("with a warning", ("warned",)),
                ("without anything to check", ("skipped",)),
            )
            if (found := self.with_status(*statuses))  # type: ignore[arg-type]
        ]
        return f"{len(self.results)} expectations: {', '.join(counts) or 'none'}"


def merged(results: Iterable[CheckResult], more: Iterable[CheckResult]) -> list[CheckResult]:
    """Both lists in a stable order."""
    return sorted([*results, *more], key=lambda r: (r.suite, r.table, r.expectation, r.segment))
