"""Install uv into a folder of the project, with nothing but Python: python3 tools/bootstrap_uv.py .uv

Debian ships Python without `ensurepip` and sometimes without pip, so each way is tried in turn.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
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


def with_debian(target: Path) -> None:
    """Debian's own packages for pip, where there is none and we may install them."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise RuntimeError("needs root on Debian")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    packages = ["python3-pip", "python3-venv"]
    subprocess.run(["apt-get", "install", "-y", "-qq", *packages], check=True, env=environment)
    with_venv(target)


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
    for way in (with_venv, with_pip, with_debian):
        try:
            way(target)
        except (SystemExit, Exception) as problem:
            print(f"  {way.__name__} did not work ({type(problem).__name__}), trying the next way")
            continue
        return 0
    print(
        "uv could not be installed: install python3-venv (apt install python3-venv), or uv, and run make again."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
