"""`concord nightly`: the night with its lock, its progress and its summary."""

import logging
from pathlib import Path

from rich.console import Console
from rich.text import Text

from orchestration.nightly import Night, NightFailed, run_night
from orchestration.progress import step
from orchestration.runs import (
    SIGNALS_COMMAND,
    SIGNALS_PATIENCE_SECONDS,
    Paths,
    WarehouseBusy,
    lock_holder,
    writer_lock,
)
from orchestration.settings import Settings
from orchestration.summary import show_failed, show_published

PUBLISHED, FAILED, BUSY = 0, 1, 75

# They tell what they are doing to the root logger; a night tells that itself.
for name in ("great_expectations", "dlt", "sqlalchemy"):
    logging.getLogger(name).setLevel(logging.ERROR)


def run_nightly(settings: Settings, *, full_refresh: bool, force: bool, console: Console) -> int:
    """Run a night and say what it came to; returns the exit code."""
    paths = Paths(Path(settings.warehouse))
    try:
        holder = lock_holder(paths)
        if holder is not None and holder.startswith(SIGNALS_COMMAND):
            console.print(Text(f"Waiting: {holder}."))
        with writer_lock(paths, "concord nightly", SIGNALS_PATIENCE_SECONDS):
            night = Night.begin(settings, full_refresh=full_refresh, force=force)
            console.print(f"Run [bold]{night.run_id}[/], as of {night.as_of} UTC", highlight=False)
            report = run_night(night, lambda title: step(console, title))
            show_published(console, report)
            return PUBLISHED
    except WarehouseBusy as busy:
        console.print(Text(f"Not started: {busy}. Nothing was changed."))
        return BUSY
    except NightFailed as failure:
        show_failed(console, failure.reason, failure.problems, paths)
        return FAILED
    except KeyboardInterrupt:
        console.print("Interrupted. Nothing was published; run it again whenever you like.")
        return 130
    except Exception as error:
        show_failed(console, f"{type(error).__name__}: {error}", [], paths)
        console.print(Text(f"Details: {paths.root / 'logs'}. `concord status` shows this failure too."))
        return FAILED
