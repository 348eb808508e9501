"""A night: the steps from extracts to a published warehouse, shared by the command line and by Dagster.

Each step can be run again after a kill at any point: files are loaded at most once, models are built from what is
loaded, and a release becomes visible in one system call at the very end.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration import storage
from orchestration.progress import Reporter, Silent
from orchestration.publish import release
from orchestration.quality.gate import BrokenRule, broken_rules
from orchestration.runs import BuildState, Ledger, Paths, Run, new_run_id, now
from orchestration.settings import Settings
from orchestration.transform import basis, dbt
from orchestration.transform.definition_files import DefinitionsInvalid, check_definitions, stage_definitions


class NightFailed(RuntimeError):
    """The night published nothing; `problems` says why, one sentence each, and what to do."""

    def __init__(self, reason: str, problems: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problems = list(problems)


@dataclass(frozen=True)
class Night:
    """One run: what it describes and where it works."""

    settings: Settings
    run_id: str
    as_of: str  # ISO 8601, UTC, microseconds, no zone
    started_at: datetime
    full_refresh: bool = False
    force: bool = False

    @property
    def paths(self) -> Paths:
        return Paths(Path(self.settings.warehouse))

    @classmethod
    def begin(cls, settings: Settings, *, full_refresh: bool = False, force: bool = False) -> "Night":
        """A new run; without an `as_of` in the settings it describes its own start."""
        started_at = now()
        as_of = parse_instant(settings.as_of) if settings.as_of else started_at
        return cls(
            settings=settings,
            run_id=new_run_id(started_at),
            as_of=as_of.isoformat(timespec="microseconds"),
            started_at=started_at,
            full_refresh=full_refresh,
            force=force,
        )


@dataclass
class NightReport:
    """What a night did, for the summary, the ledger and the checks of Dagster."""

    night: Night
    load: Any = None
    build: dbt.BuildReport | None = None
    expectations: Any = None
    broken: list[BrokenRule] = field(default_factory=list)
    published_rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    care: list[str] = field(default_factory=list)
    alerts: str = ""


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant as UTC without a zone; a text without a zone is UTC already."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise NightFailed(
            f"as-of {text!r} is no instant: write it as 2026-01-31T06:00:00 (UTC) or with a zone."
        ) from problem
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


# -- steps, in order ---------------------------------------------------------------------------------------------


def prepare_definitions(night: Night) -> Path:
    """Stage the definition files and refuse those that cannot be applied."""
    try:
        folder = stage_definitions(night.paths, night.settings.definitions)
    except DefinitionsInvalid as problem:
        raise NightFailed("The definition files cannot be applied.", [str(problem)]) from problem
    problems = check_definitions(folder)
    if problems:
        raise NightFailed("The definition files cannot be applied.", problems)
    return folder


def load(night: Night, reporter: Reporter, sources: Sequence[str] | None = None) -> Any:
    """Load what has landed since the last run; bad files are quarantined and the others load."""
    from orchestration.ingest import LoadError, load_landing
    from orchestration.ingest.load import LoadEvent

    def tell(event: LoadEvent) -> None:
        if event.phase == "read":
            progress["files"] += 1
            progress["rows"] += event.rows
            reporter.advance(
                progress["files"], 0, f"{event.source}.{event.table} ({progress['rows']:,} rows)"
            )

    progress = {"files": 0, "rows": 0}
    BuildState(night.run_id, night.as_of, "building").write(night.paths)
    try:
        return load_landing(
            night.settings.landing,
            night.paths.build,
            night.started_at,
            sources=sources,
            full_refresh=night.full_refresh,
            force=night.force,
            progress=tell,
        )
    except LoadError as problem:
        raise NightFailed("The extracts could not be loaded.", [str(problem)]) from problem


def write_reference(night: Night) -> None:
    """Write what the world knows (domains, calendars, countries) as the schema `reference`."""
    from orchestration.reference import write_reference as write

    write(night.paths.build, night.as_of, night.paths.definitions)


def build(
    night: Night, reporter: Reporter, select: Sequence[str] = (), *, lean: bool = False
) -> dbt.BuildReport:
    """Build and test the models (all, or those selected); a `lean` build runs only the tests of its own models.

    Goes on from the stored rows where they still mean the same; from scratch after a change of models or definitions,
    for an earlier instant, and when the last build from scratch did not come to its end.
    """
    BuildState(night.run_id, night.as_of, "building").write(night.paths)
    tonight = basis.Basis.of(night.paths, night.as_of)
    from_scratch = night.full_refresh or not tonight.goes_on_from(basis.Basis.stored(night.paths))
    if from_scratch:
        basis.forget(night.paths)
    report = dbt.build(
        night.paths,
        night.settings.memory_limit,
        night.as_of,
        full_refresh=from_scratch,
        select=select,
        lean=lean,
        reporter=reporter,
    )
    complete = not report.failed and not report.skipped
    if not select and (complete or not from_scratch):
        tonight.write(night.paths)
    if not select and complete:
        BuildState(night.run_id, night.as_of, "built").write(night.paths)
    return report


def explain_failures(night: Night, report: dbt.BuildReport) -> list[BrokenRule]:
    """Failed and warned checks with the keys of the rows that broke them."""
    return broken_rules(report, night.paths.build)


def expect(night: Night, broken: Sequence[BrokenRule] = ()) -> Any:
    """Run the Great Expectations suites on the build database, and keep their results and those of dbt's tests.

    A build that passed is marked as fit to be published. Suites run on a build whose tests failed too, so that a
    person sees everything that is wrong at once.
    """
    import expectations
    from expectations import history

    state = BuildState.read(night.paths) or BuildState(night.run_id, night.as_of, "building")
    report = expectations.run(night.paths.build, state.run_id, state.as_of)
    history.record(night.paths.build, report, dbt_results(night, broken))
    if state.status in ("built", "passed"):
        replace(state, status="passed" if report.ok else "built").write(night.paths)
    return report


def dbt_results(night: Night, broken: Sequence[BrokenRule]) -> list[Any]:
    """What dbt's tests came to, with the keys of failing rows, and every model that could not be built."""
    from expectations.dbt_results import read_run_results

    by_check = {rule.check: rule for rule in broken}
    results = read_run_results(night.paths.target / "run_results.json")
    return [
        replace(result, failing_keys=tuple(by_check[result.expectation].rows))
        if result.expectation in by_check
        else result
        for result in results
    ]


def keep_results(night: Night, broken: Sequence[BrokenRule]) -> None:
    """Keep what dbt's tests found of a build that the expectations will not see, because it stopped short."""
    from expectations import CheckReport, history

    report = CheckReport(night.run_id, datetime.fromisoformat(night.as_of))
    history.record(night.paths.build, report, dbt_results(night, broken))


def publish(night: Night, reporter: Reporter) -> dict[str, int]:
    """Write the release, swap it in, and publish to PostgreSQL when that is set.

    Publishes what the build database holds, as of its own instant, and refuses a build that was not checked.
    """
    state = BuildState.read(night.paths)
    if state is None or state.status != "passed":
        raise NightFailed(
            "The build database holds nothing that passed its checks: run the whole night (`concord nightly`)."
        )
    rows = release.publish(
        night.paths,
        state.run_id,
        state.as_of,
        dbt.load_manifest(night.paths),
        memory_limit=night.settings.memory_limit,
        keep=night.settings.keep_releases,
        reporter=reporter,
    )
    if night.settings.postgres_url:
        from orchestration.publish.postgres import publish_to_postgres

        publish_to_postgres(night.paths.published, night.settings.postgres_url)
    storage.compact_if_due(night.paths.build)
    return rows


def send_alerts(night: Night) -> str:
    """Tell people what the published tables say they should hear about; says in words what was sent."""
    if not night.settings.alert_urls:
        return ""
    from orchestration.alerts.channels import channels_of
    from orchestration.alerts.deliver import deliver, read_alerts
    from orchestration.alerts.signals import outbox_of

    alerts = read_alerts(night.paths.build)
    sent = deliver(alerts, channels_of(night.settings.alert_urls), outbox_of(night.settings))
    refused = f"; {'; '.join(sent.problems)}" if sent.problems else ""
    return f"{sent.sent} sent, {sent.waiting} waiting{refused}"


# -- the whole night ---------------------------------------------------------------------------------------------

StepContext = Callable[[str], Any]


@contextmanager
def silent_step(_title: str) -> Iterator[Reporter]:
    """A step that reports nowhere."""
    yield Silent()


def record(night: Night, **changes: Any) -> Run:
    """Write the run's state to the ledger."""
    known = Run(
        run_id=night.run_id,
        as_of=night.as_of,
        started_at=night.started_at.isoformat(),
        pid=os.getpid(),
        git_sha=release.git_sha(),
    )
    return Ledger(night.paths).write(replace(known, **changes))


def run_night(
    night: Night, step: StepContext = silent_step, reached: Callable[[str], None] | None = None
) -> NightReport:
    """Run every step and publish; the caller holds the writer lock.

    `reached` is told the name of each point that the night passes. Raises `NightFailed` with nothing published.
    """
    report = NightReport(night)
    night.paths.make()
    run = record(night)

    @contextmanager
    def timed(name: str, title: str) -> Iterator[Reporter]:
        nonlocal run
        run = Ledger(night.paths).write(replace(run, stage=name))
        if reached is not None:
            reached(name)
        started = time.monotonic()
        with step(title) as reporter:
            yield reporter
        report.seconds[name] = round(time.monotonic() - started, 3)

    try:
        with timed("definitions", "Definitions checked"):
            prepare_definitions(night)
        with timed("load", "Extracts loaded") as reporter:
            report.load = load(night, reporter)
        with timed("reference", "Reference tables written"):
            write_reference(night)
        with timed("build", "Models built and tested") as reporter:
            report.build = build(night, reporter)
            report.broken = explain_failures(night, report.build)
            if cannot_be_built(report.build):
                keep_results(night, report.broken)
        gate_errors(report.build, report.broken)
        with timed("expectations", "Expectations checked"):
            report.expectations = expect(night, report.broken)
        gate(report.broken, report.expectations)
        with timed("publish", "Warehouse published") as reporter:
            report.published_rows = publish(night, reporter)
        if night.settings.alert_urls:
            with timed("alerts", "Alerts sent"):
                report.alerts = send_or_say_why(night)
    except NightFailed as failure:
        report.problems = failure.problems
        _finish(run, report, "failed", failure.reason)
        raise
    except Exception as error:
        reason = f"{type(error).__name__} during {run.stage}: {error}"
        _finish(run, report, "failed", reason)
        raise
    report.care = what_needs_care(report)
    _finish(run, report, "published", None)
    if reached is not None:
        reached("end")
    return report


def send_or_say_why(night: Night) -> str:
    """Alerts are sent after publishing, and one that cannot be delivered does not undo it: it is sent next time."""
    try:
        return send_alerts(night)
    except Exception as problem:
        return f"not delivered ({type(problem).__name__}); `concord alerts send` tries again"


def _finish(run: Run, report: NightReport, status: str, reason: str | None) -> None:
    ledger = Ledger(report.night.paths)
    counts: dict[str, Any] = {
        "tables": len(report.published_rows),
        "rows": sum(report.published_rows.values()),
    }
    if report.build is not None:
        counts["models"] = report.build.count("model", "seed")
        counts["checks"] = report.build.count("test", "unit_test")
    ledger.write(
        replace(
            run,
            status=status,
            reason=reason,
            problems=report.problems,
            finished_at=now().isoformat(),
            seconds=report.seconds,
            counts=counts,
        )
    )
    ledger.prune()


def cannot_be_built(report: dbt.BuildReport) -> list[dbt.NodeResult]:
    """Models (and seeds, unit tests) that ended in an error: what stands behind them is not whole."""
    return [result for result in report.failed if result.resource_type != "test"]


def gate_errors(report: dbt.BuildReport, broken: Sequence[BrokenRule]) -> None:
    """Raise `NightFailed` when a model could not be built: there is nothing whole to check."""
    if errors := cannot_be_built(report):
        raise NightFailed(
            f"{len(errors)} of the models could not be built.",
            [rule.sentence() for rule in broken if rule.blocking],
        )


def gate(broken: Sequence[BrokenRule], expected: Any) -> None:
    """Raise `NightFailed`, naming every blocking check that failed: tests of the build and expectations."""
    problems = [rule.sentence() for rule in broken if rule.blocking]
    problems += [str(failure) for failure in getattr(expected, "blocking_failures", [])]
    if problems:
        what = "check" if len(problems) == 1 else "checks"
        raise NightFailed(f"{len(problems)} blocking {what} failed, so nothing was published.", problems)


def what_needs_care(report: NightReport) -> list[str]:
    """What did not stop the night and should not be forgotten."""
    care = [f"Quarantined: {entry}" for entry in getattr(report.load, "quarantined", [])]
    care += [f"Warning: {rule.sentence()}" for rule in report.broken if not rule.blocking]
    care += [f"Warning: {problem}" for problem in getattr(report.expectations, "warnings", [])]
    if report.alerts.startswith("not delivered"):
        care.append(f"Alerts: {report.alerts}")
    return care
