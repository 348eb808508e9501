"""The resource that makes a Dagster run a night: one lock, one instant, one entry in the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from orchestration.nightly import Night, NightFailed, record
from orchestration.runs import SIGNALS_PATIENCE_SECONDS, Ledger, Run, WarehouseBusy, now, writer_lock
from orchestration.settings import Settings


class NightResource(dg.ConfigurableResource):
    """Takes the writer lock for the whole run (the job runs its steps in one process) and keeps the ledger.

    A value that is not configured is that of the settings.
    """

    landing: str | None = None
    warehouse: str | None = None
    as_of: str | None = None
    full_refresh: bool = False

    _night: Night = PrivateAttr()
    _run: Run = PrivateAttr()
    _checked: Any = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NightResource"]:
        """Begin the run's night; fails, saying who holds the lock, while another run is writing."""
        settings = Settings.load(
            landing=self.landing,
            warehouse=Path(self.warehouse) if self.warehouse else None,
            as_of=self.as_of,
        )
        self._night = Night.begin(settings, full_refresh=self.full_refresh)
        self._night.paths.make()
        try:
            command = f"Dagster run {context.run_id or ''}".strip()
            with writer_lock(self._night.paths, command, SIGNALS_PATIENCE_SECONDS):
                self._run = record(self._night)
                yield self
        except WarehouseBusy as busy:
            raise dg.Failure(f"Not started: {busy}. It can be started again when that run is done.") from busy

    @property
    def night(self) -> Night:
        """The night of this run."""
        return self._night

    @property
    def checked(self) -> Any:
        """What the expectations found in this run; None before they ran."""
        return self._checked

    def keep_checked(self, report: Any) -> None:
        """Remember what the expectations found, for the step that reports it as asset checks."""
        # The resource is frozen but for its private attributes, so this is no property setter.
        self._checked = report

    @contextmanager
    def stage(self, name: str) -> Iterator[Night]:
        """Keep the ledger while a step runs, and turn an understood failure into one that is not retried."""
        self._write(stage=name, status="running", reason=None, problems=[])
        try:
            yield self._night
        except NightFailed as failure:
            self._fail(failure.reason, failure.problems)
            text = "\n".join([failure.reason, *failure.problems])
            raise dg.Failure(text, allow_retries=False) from failure
        except Exception as error:
            self._fail(f"{type(error).__name__} during {name}: {error}", [])
            raise

    def published(self, rows: dict[str, int]) -> None:
        """Write the run's success to the ledger."""
        counts = {"tables": len(rows), "rows": sum(rows.values())}
        self._write(status="published", finished_at=now().isoformat(), counts=counts)

    def _fail(self, reason: str, problems: list[str]) -> None:
        self._write(status="failed", reason=reason, problems=problems, finished_at=now().isoformat())

    def _write(self, **changes: object) -> None:
        self._run = Ledger(self._night.paths).write(replace(self._run, **changes))  # type: ignore[arg-type]
