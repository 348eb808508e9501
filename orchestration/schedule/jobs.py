"""The nightly job and its schedule; between nights the signals job, and the sensors that start it."""

import hashlib
import json
from pathlib import Path

import dagster as dg

from orchestration.runs import Paths, WarehouseBusy, lock_holder
from orchestration.settings import Settings

# A signals run that finds the warehouse busy (somebody runs a night by hand) looks again each minute, for an hour.
BUSY_RETRIES = 60
BUSY_SECONDS = 60

NIGHTLY = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Load, build, check and publish. Steps share one process, and with it the warehouse's writer lock.",
    executor_def=dg.in_process_executor,
    tags={"concord/writer": "warehouse"},
)


@dg.op(description="Load what has landed, build what alerts need, and send what is new. Publishes nothing.")
def run_signals(context: dg.OpExecutionContext) -> None:
    """A signals run; raises `RetryRequested` while another run writes, and a final `Failure` if a check fails."""
    from orchestration.alerts import signals
    from orchestration.nightly import NightFailed

    try:
        report = signals.run_signals(Settings.load())
    except WarehouseBusy as busy:
        context.log.warning(f"Not started: {busy}.")
        raise dg.RetryRequested(max_retries=BUSY_RETRIES, seconds_to_wait=BUSY_SECONDS) from busy
    except NightFailed as failure:
        text = "\n".join([failure.reason, *failure.problems])
        raise dg.Failure(text, allow_retries=False) from failure
    for problem in report.delivery.problems:
        context.log.warning(problem)
    context.log.info(
        f"As of {report.as_of} UTC: {report.alerts} alerts, {report.delivery.new} new, "
        f"{report.delivery.sent} messages sent, {report.delivery.waiting} waiting."
    )


@dg.job(
    name="signals",
    description="Between nights, in minutes: what has landed, as alerts. The published warehouse stays as it is.",
    executor_def=dg.in_process_executor,
    tags={"concord/writer": "warehouse"},
)
def SIGNALS() -> None:
    """One step, for the length of which the warehouse's writer lock is held."""
    run_signals()


@dg.op(description="Try channels again that refused. Reads no warehouse.")
def send_waiting_alerts(context: dg.OpExecutionContext) -> None:
    """Send what waits in the outbox."""
    from orchestration.alerts import signals

    outcome = signals.send_waiting(Settings.load())
    for problem in outcome.problems:
        context.log.warning(problem)
    context.log.info(f"{outcome.sent} messages sent, {outcome.waiting} waiting.")


@dg.job(
    name="waiting_alerts",
    description="Sends what a channel did not take earlier.",
    executor_def=dg.in_process_executor,
)
def WAITING_ALERTS() -> None:
    """One step."""
    send_waiting_alerts()


def nightly_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """The nightly run, by the clock of the settings' time zone; on from the start."""
    return dg.ScheduleDefinition(
        name="nightly_schedule",
        job=NIGHTLY,
        cron_schedule=settings.schedule_cron,
        execution_timezone=settings.schedule_time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night, in the time zone of CONCORD_SCHEDULE_TIME_ZONE.",
    )


def new_files_sensor(settings: Settings) -> dg.SensorDefinition:
    """Starts a signals run when the landing zone holds something new that has stopped changing.

    A landing zone that differs from one look to the next is still being written to: it is looked at again. While
    another run writes the warehouse nothing is started, and what has landed is not forgotten. A warehouse that has
    never been published has no night to stand between: there the sensor starts the nightly job.
    """
    paths = Paths(Path(settings.warehouse))

    @dg.sensor(
        name="new_files",
        jobs=[SIGNALS, NIGHTLY],
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a signals run when new files have landed and no longer change (the first one: a night).",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        cursor = json.loads(context.cursor or "{}")
        present = landing_digest(settings.landing)
        if present is None:
            return dg.SkipReason(f"The landing zone {settings.landing} holds no file.")
        if present == cursor.get("started"):
            return dg.SkipReason("Nothing has landed since the last run that this sensor started.")
        if present != cursor.get("seen"):
            seen = json.dumps({"started": cursor.get("started"), "seen": present})
            return dg.SensorResult(
                skip_reason="Something has landed; looking once more whether it is complete.", cursor=seen
            )
        holder = lock_holder(paths)
        if holder is not None:
            return dg.SkipReason(f"Something has landed; waiting, because {holder}.")
        started = json.dumps({"started": present, "seen": present})
        job = SIGNALS if paths.published.exists() else NIGHTLY
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=present, job_name=job.name)], cursor=started
        )

    return new_files


def waiting_alerts_sensor(settings: Settings) -> dg.SensorDefinition:
    """Starts a delivery when a channel that refused may be tried again, whether or not anything has landed."""

    @dg.sensor(
        name="waiting_alerts",
        job=WAITING_ALERTS,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a delivery when a channel that refused an alert may be tried again.",
    )
    def waiting_alerts(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        from orchestration.alerts.signals import is_waiting

        return dg.RunRequest() if is_waiting(settings) else dg.SkipReason("No message waits.")

    return waiting_alerts


def landing_digest(landing: str) -> str | None:
    """A digest of names, sizes and times of everything in the landing zone; None when it holds nothing."""
    import fsspec

    filesystem, root = fsspec.core.url_to_fs(str(landing))
    if not filesystem.exists(root):
        return None
    found = filesystem.find(root, detail=True)
    if not found:
        return None
    lines = [
        f"{name}|{info.get('size')}|{info.get('mtime') or info.get('LastModified') or info.get('updated')}"
        for name, info in sorted(found.items())
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
