"""The nightly job, its schedule and the sensor for files that land between nights."""

import hashlib
import json

import dagster as dg

from orchestration.settings import Settings

NIGHTLY = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Load, build, check and publish. Steps share one process, and with it the warehouse's writer lock.",
    executor_def=dg.in_process_executor,
    tags={"concord/writer": "warehouse"},
)


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
    """Starts a run when the landing zone holds something new that has stopped changing.

    A landing zone that differs from one look to the next is still being written to: it is looked at again.
    """

    @dg.sensor(
        name="new_files",
        job=NIGHTLY,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when new files have landed and no longer change.",
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
        started = json.dumps({"started": present, "seen": present})
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=present)], cursor=started)

    return new_files


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
