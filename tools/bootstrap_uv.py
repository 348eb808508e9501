"""Install uv into a folder of the project, with nothing but Python: python3 tools/bootstrap_uv.py .uv

Debian ships Python without `ensurepip` and sometimes without pip, so each way is tried in turn.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
import zipfile
from pathlib import Path


def with_venv(target: Path) -> None:
    """A virtual environment with pip in it: the ordinary way."""
    venv.create(target, with_pip=True, clear=True)
    subprocess.run([target / "bin" / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)


def with_pip(target: Path) -> None:
    """The system's pip, into the folder: where `ensurepip` is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "uv"]
        subprocess.run(command, check=True)
        take_binary(Path(folder), target)


def with_wheel(target: Path) -> None:
    """The wheel itself from the package index: where there is no pip at all."""
    machine = platform.machine()
    with urllib.request.urlopen("https://pypi.org/pypi/uv/json", timeout=60) as answer:
        files = json.load(answer)["urls"]
    wheels = [
        f["url"]
        for f in files
        if f["filename"].endswith(f"manylinux_2_17_{machine}.manylinux2014_{machine}.whl")
    ]
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / "uv.whl"
        urllib.request.urlretrieve(wheels[0], wheel)
        zipfile.ZipFile(wheel).extractall(folder)
        take_binary(Path(folder), target)


def take_binary(folder: Path, target: Path) -> None:
    """Copy the `uv` program found below a folder to <target>/bin/uv."""
    found = next(
        path for path in folder.rglob("uv") if path.is_file() and path.parent.name in ("bin", "scripts")
    )
    shutil.rmtree(target, ignore_errors=True)
    (target / "bin").mkdir(parents=True)
    shutil.copy(found, target / "bin" / "uv")
    os.chmod(target / "bin" / "uv", 0o755)


def main() -> int:
    target = Path(sys.argv[1])
    print(f"uv is not on the PATH: installing it into {target}/")
    for way in (with_venv, with_pip, with_wheel):
        try:
            way(target)
        except (SystemExit, Exception) as problem:
            print(f"  {way.__name__} did not work ({type(problem).__name__}), trying the next way")
            continue
        return 0
    print("uv could not be installed. Install it by hand (https://docs.astral.sh/uv/) and run make again.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
