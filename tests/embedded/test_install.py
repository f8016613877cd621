"""The lock files, and how `make` fills a virtual environment from one."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from config.embedded.home import ROOT
from config.embedded.install import pins

LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "requirements-node.lock"]


class TestLockFiles:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_name_no_index_host_or_path(self, lock: Path) -> None:
        words = re.sub(r"--hash=sha256:[0-9a-f]{64}", "", lock.read_text())
        assert re.search(r"://|--\w|(^|\s)/|\.whl|\.tar|\bfile:", words) is None

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_hold_a_hash_for_every_package(self, lock: Path) -> None:
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text())
        assert len(entries) == len(pins(lock))
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []

    def test_of_development_holds_the_runtime(self) -> None:
        assert pins(LOCKS[0]) - pins(LOCKS[1]) == set()

    def test_hold_what_the_project_names(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
        named = {re.split(r"[<>=~;\[ ]", requirement)[0] for requirement in wanted}
        locked = {re.split(r"[=\[ ]", pin)[0] for pin in pins(LOCKS[1])}
        assert named - locked == set()


def test_make_says_when_no_python_is_new_enough() -> None:
    done = subprocess.run(
        ["make", "install", "PYTHON=/bin/false"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr


@pytest.mark.slow
class TestInstall:
    """In a project of its own, whose only package is made here."""

    @pytest.fixture
    def install(self, tmp_path: Path) -> Callable[[], str]:
        script = tmp_path / "config" / "embedded" / "install.py"
        script.parent.mkdir(parents=True)
        shutil.copy(ROOT / "config" / "embedded" / "install.py", script)
        only_here = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}

        def install() -> str:
            command = [sys.executable, str(script), "probe.lock"]
            done = subprocess.run(command, check=False, env={**os.environ, **only_here}, capture_output=True, text=True)
            return done.stdout if done.returncode == 0 else f"failed: {done.stdout}{done.stderr}"

        return install

    def test_once_and_again_only_when_the_lock_changed_or_it_was_interrupted(
        self, tmp_path: Path, install: Callable[[], str]
    ) -> None:
        lock(tmp_path, "1.0")
        assert "Installing 1 packages from probe.lock" in install()
        assert version_of_probe(tmp_path) == "1.0"
        assert install() == ""

        lock(tmp_path, "2.0")
        assert "Installing" in install()
        assert version_of_probe(tmp_path) == "2.0"

        (tmp_path / ".venv" / "installing").touch()
        (tmp_path / ".venv" / "half").touch()
        assert "Making the virtual environment" in install()
        assert not (tmp_path / ".venv" / "half").exists()
        assert version_of_probe(tmp_path) == "2.0"

    def test_refuses_a_package_whose_hash_is_another(self, tmp_path: Path, install: Callable[[], str]) -> None:
        lock(tmp_path, "1.0", digest="0" * 64)
        assert install().startswith("failed")
        assert not (tmp_path / ".venv" / "installed").exists()


def lock(folder: Path, version: str, digest: str = "") -> None:
    """A wheel of `probe` and the lock file that names it."""
    wheel = folder / f"probe-{version}-py3-none-any.whl"
    info = f"probe-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("probe.py", f"version = '{version}'\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: probe\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "probe.lock").write_text(f"probe=={version} \\\n    --hash=sha256:{digest}\n")


def version_of_probe(folder: Path) -> str:
    command = [str(folder / ".venv" / "bin" / "python"), "-c", "import probe; print(probe.version)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
