"""`concord dev`: Dagster's web interface on this checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.settings import PROJECT_ROOT, Settings

INSTANCE = Path(__file__).with_name("dagster.yaml")


def open_interface(settings: Settings, port: int) -> int:
    """Start the web interface and the daemon (schedule, sensor, run queue) until interrupted."""
    home = PROJECT_ROOT / ".dagster"
    home.mkdir(exist_ok=True)
    shutil.copyfile(INSTANCE, home / "dagster.yaml")
    environment = os.environ | {
        "DAGSTER_HOME": str(home),
        "CONCORD_WAREHOUSE": str(Path(settings.warehouse).resolve()),
    }
    command = [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions", "-p", str(port)]
    try:
        return subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
