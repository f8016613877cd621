"""Makes `.venv` and installs a lock file into it: `python3 config/embedded/install.py requirements.lock`.

Runs before anything is installed, so it uses the standard library only. A lock file is done when its
copy stands in `.venv/installed/`; it is written last, so an interrupted installation is seen and redone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DONE = VENV / "installed"
UNFINISHED = VENV / "installing"


class InstallError(Exception):
    """The installation failed; the message says at which step."""


def pins(lock: Path) -> set[str]:
    """The `name==version ; marker` entries of a lock file, without their hashes."""
    lines = lock.read_text().splitlines() if lock.exists() else []
    return {line.rstrip(" \\") for line in lines if "==" in line and not line.startswith((" ", "#"))}


def is_installed(lock: Path) -> bool:
    """Whether this very lock file, or a finished one that holds all of its pins, was installed."""
    if UNFINISHED.exists() or not _runs([str(PYTHON), "-c", ""]):
        return False
    return any(pins(lock) <= pins(done) for done in DONE.glob("*.lock"))


def make_venv() -> None:
    """Creates the virtual environment, or creates it anew where it is broken or half filled."""
    if not UNFINISHED.exists() and _runs([str(PYTHON), "-m", "pip", "--version"]):
        return
    _say(f"Making the virtual environment {VENV.name} with Python {sys.version.split()[0]}")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        raise InstallError(
            f"{made.stdout}{made.stderr}\nPython could not make a virtual environment"
            " (on Debian and Ubuntu it needs the package python3-venv)."
        )


def install(lock: Path) -> None:
    """Installs the packages of one lock file; only files whose hash the lock names are accepted."""
    make_venv()
    _say(f"Installing {len(pins(lock))} packages from {lock.name} (the first time takes a minute or so)")
    UNFINISHED.touch()
    shutil.rmtree(DONE, ignore_errors=True)
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "--requirement", str(lock)]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        raise InstallError(f"pip could not install {lock.name}; its words are above.")
    DONE.mkdir()
    shutil.copy(lock, DONE / lock.name)
    UNFINISHED.unlink()


def main() -> int:
    """Installs the lock files named on the command line; 1 when one of them could not be."""
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two starts at once must not fill one .venv together
    try:
        for name in sys.argv[1:]:
            if not is_installed(ROOT / name):
                install(ROOT / name)
    except InstallError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("Stopped; the next start begins the installation again.")
        return 130
    return 0


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
