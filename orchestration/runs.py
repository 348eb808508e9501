"""Who may write the warehouse, and what every run came to.

The writer lock is an advisory lock on a file: the operating system drops it when its process ends, however it ends,
so a killed run never leaves the warehouse locked. The ledger is one small JSON file per run.
"""

import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

INTERRUPTED = "interrupted"
# The lock's holder between nights. It is small and publishes nothing, so a night waits for it instead of giving way.
SIGNALS_COMMAND = "concord alerts signals"
# Longer than a signals run takes on the largest warehouse that was measured; then the night says who is in its way.
SIGNALS_PATIENCE_SECONDS = 1800.0


class WarehouseBusy(RuntimeError):
    """Another run is writing the warehouse; the message says which."""


@dataclass(frozen=True)
class Paths:
    """Where everything of one warehouse lives, below its folder."""

    root: Path

    @property
    def build(self) -> Path:
        """The private database that a night builds in."""
        return self.root / "build" / "concord.duckdb"

    @property
    def target(self) -> Path:
        """dbt's artifacts of this warehouse."""
        return self.root / "build" / "target"

    @property
    def state(self) -> Path:
        """What the build database holds now: which run's build, and whether it was checked."""
        return self.root / "build" / "state.json"

    @property
    def definitions(self) -> Path:
        """The definition files of the last build, as they were applied."""
        return self.root / "definitions"

    @property
    def published(self) -> Path:
        """The file that readers open."""
        return self.root / "published" / "concord.duckdb"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def lock(self) -> Path:
        return self.root / "writer.lock"

    def make(self) -> "Paths":
        """Create the folders."""
        for folder in (self.build.parent, self.published.parent, self.releases, self.runs):
            folder.mkdir(parents=True, exist_ok=True)
        return self


def now() -> datetime:
    """This instant in UTC, without a zone, as the warehouse keeps time."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_run_id(started_at: datetime) -> str:
    """A run's name: sorts by start, and two runs of one second differ."""
    return f"{started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@contextmanager
def writer_lock(paths: Paths, command: str, signals_patience: float = 0.0) -> Iterator[None]:
    """Hold the warehouse's writer lock for the length of the block.

    Raises `WarehouseBusy`, saying who holds it, when another process does. A signals run is waited for, up to
    `signals_patience` seconds.
    """
    paths.root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(paths.lock, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + signals_patience
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as problem:
                if not _signals_hold(paths) or time.monotonic() >= deadline:
                    raise WarehouseBusy(_describe_holder(paths)) from problem
            time.sleep(0.5)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": command,
            "since": now().isoformat(),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def lock_holder(paths: Paths) -> str | None:
    """Who is writing the warehouse now, in words; None when nobody is."""
    try:
        descriptor = os.open(paths.lock, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _describe_holder(paths)
    finally:
        os.close(descriptor)
    return None


def _signals_hold(paths: Paths) -> bool:
    """Whether the lock's holder says that it is a signals run."""
    try:
        return bool(json.loads(paths.lock.read_text())["command"] == SIGNALS_COMMAND)
    except (OSError, ValueError, KeyError):
        return False


def _describe_holder(paths: Paths) -> str:
    try:
        holder = json.loads(paths.lock.read_text())
        since = datetime.fromisoformat(holder["since"])
        return (
            f"{holder['command']} (process {holder['pid']} on {holder['host']}) has been writing "
            f"{paths.root} since {since:%Y-%m-%d %H:%M:%S} UTC"
        )
    except (OSError, ValueError, KeyError):
        return f"another process is writing {paths.root}"


@dataclass(frozen=True)
class BuildState:
    """What the build database holds. Only a build that passed every blocking check may be published."""

    run_id: str
    as_of: str
    status: str  # building, built, passed

    def write(self, paths: Paths) -> "BuildState":
        """Keep the state; written before the database changes and after a check passed."""
        replace_text(paths.state, json.dumps(asdict(self)))
        return self

    @classmethod
    def read(cls, paths: Paths) -> "BuildState | None":
        """The state that was written last; None before the first build."""
        try:
            return cls(**json.loads(paths.state.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new text, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(text)
    os.replace(scratch, path)


@dataclass(frozen=True)
class Run:
    """What a run set out to do and what it came to; one file of the ledger."""

    run_id: str
    as_of: str
    started_at: str
    pid: int
    status: str = "running"  # running, published, failed, interrupted
    stage: str = ""
    finished_at: str | None = None
    reason: str | None = None
    problems: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    git_sha: str | None = None


class Ledger:
    """The runs of one warehouse, oldest first."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def write(self, run: Run) -> Run:
        """Keep a run's present state."""
        replace_text(self.paths.runs / f"{run.run_id}.json", json.dumps(asdict(run), indent=1))
        return run

    def runs(self) -> list[Run]:
        """All runs; one that says it is running while nobody holds the lock was interrupted."""
        busy = lock_holder(self.paths) is not None
        found = []
        for path in sorted(self.paths.runs.glob("*.json")):
            try:
                run = Run(**json.loads(path.read_text()))
            except (ValueError, TypeError):
                continue
            found.append(run)
        return [
            replace(run, status=INTERRUPTED, reason=f"the process ended during: {run.stage or 'start'}")
            if run.status == "running" and not (busy and run is found[-1])
            else run
            for run in found
        ]

    def prune(self, keep: int = 200) -> None:
        """Forget the oldest runs beyond `keep`; a year of nights is still there to compare."""
        for path in sorted(self.paths.runs.glob("*.json"))[:-keep]:
            path.unlink(missing_ok=True)
