"""The resource that makes a Dagster run a night: one lock, one instant, one entry in the ledger."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dagster as dg
from dagster._config.pythonic_config import ConfigurableResourceFactory

from orchestration.nightly import Night, NightFailed, record
from orchestration.runs import Ledger, Run, WarehouseBusy, now, writer_lock
from orchestration.settings import Settings


class RunningNight:
    """A night in the hands of Dagster's steps."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.run: Run = record(night)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Keep the ledger while a step runs, and turn an understood failure into one that is not retried."""
        ledger = Ledger(self.night.paths)
        self.run = ledger.write(replace(self.run, stage=name, status="running", reason=None, problems=[]))
        try:
            yield
        except NightFailed as failure:
            self.fail(failure.reason, failure.problems)
            text = "\n".join([failure.reason, *failure.problems])
            raise dg.Failure(text, allow_retries=False) from failure
        except Exception as error:
            self.fail(f"{type(error).__name__} during {name}: {error}", [])
            raise

    def fail(self, reason: str, problems: list[str]) -> None:
        """Write the run's failure to the ledger."""
        self.run = Ledger(self.night.paths).write(
            replace(
                self.run, status="failed", reason=reason, problems=problems, finished_at=now().isoformat()
            )
        )

    def published(self, tables: int, rows: int) -> None:
        """Write the run's success to the ledger."""
        self.run = Ledger(self.night.paths).write(
            replace(
                self.run,
                status="published",
                finished_at=now().isoformat(),
                counts={"tables": tables, "rows": rows},
            )
        )


class NightResource(ConfigurableResourceFactory[RunningNight]):
    """Takes the writer lock for the whole run (the job runs its steps in one process) and keeps the ledger."""

    landing: str | None = None
    warehouse: str | None = None
    as_of: str | None = None
    full_refresh: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[RunningNight, None, None]:
        """The run's night; fails, saying who holds the lock, while another run is writing."""
        settings = Settings.load(
            landing=self.landing,
            warehouse=Path(self.warehouse) if self.warehouse else None,
            as_of=self.as_of,
        )
        night = Night.begin(settings, full_refresh=self.full_refresh)
        night.paths.make()
        try:
            with writer_lock(night.paths, f"Dagster run {context.run_id or ''}".strip()):
                yield RunningNight(night)
        except WarehouseBusy as busy:
            raise dg.Failure(f"Not started: {busy}. It can be started again when that run is done.") from busy
