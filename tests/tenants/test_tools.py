"""The script that installs what tests need says what is missing, for whom, and how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.conftest import NAMES

SCRIPT = Path(settings.BASE_DIR) / "tests" / "tools.sh"


def run(*given: str, path: Path) -> subprocess.CompletedProcess[str]:
    """With these programs alone: `path` is searched, and none of the system's."""
    text = SCRIPT.read_text().replace("$PATH:/usr/sbin:/usr/local/sbin", "$PATH")
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", text, "tools.sh", *given],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def rows() -> list[list[str]]:
    """The names of a program, its package, and who is skipped. Fonts are files, looked for where Debian has them."""
    found = re.search(r'NEEDED="(.*?)"', SCRIPT.read_text(), re.DOTALL)
    assert found
    return [line.split("|") for line in found[1].splitlines()]


def needed() -> dict[str, str]:
    """By program, as Debian calls it, the package it is in. Fonts are left out."""
    return {names.split()[0]: package for names, package, _ in rows() if not names.startswith("/")}


def install(folder: Path, *programs: str) -> None:
    for program in programs:
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)


def missing(told: str) -> list[str]:
    """The programs that it says are missing."""
    names = [line.split()[1] for line in told.splitlines() if line.startswith("missing: ")]
    return [name for name in names if not name.startswith("/")]


def test_it_says_what_is_missing_and_who_is_skipped(tmp_path: Path) -> None:
    done = run("--check", path=tmp_path)
    assert done.returncode == 1
    assert missing(done.stdout) == list(needed())
    assert "apt-get install pgbouncer" in done.stdout
    assert "tests/tenants/test_pgbouncer.py" in done.stdout


def test_it_is_content_where_all_is_there(tmp_path: Path) -> None:
    install(tmp_path, *needed())
    done = run("--check", path=tmp_path)
    assert missing(done.stdout) == []
    assert done.returncode == ("missing: /" in done.stdout), done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_any_chromium_will_do_that_the_browser_tests_find(tmp_path: Path, name: str) -> None:
    install(tmp_path, name)
    assert missing(run("--check", path=tmp_path).stdout) == [one for one in needed() if one != "chromium"]


def test_it_installs_by_apt_what_is_missing(tmp_path: Path) -> None:
    """With an apt-get that writes down what it is asked."""
    for name, text in (("apt-get", f'echo "$@" >> {tmp_path}/asked'), ("id", "echo 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    assert run(path=tmp_path).returncode == 0
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0].startswith("update")
    assert asked[1].startswith("install")
    assert set(needed().values()) <= set(asked[1].partition("--no-install-recommends ")[2].split())


def test_it_says_what_root_is_to_run(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    done = run(path=tmp_path)
    assert done.returncode == 1
    assert "Run as root, on Debian or Ubuntu: apt-get install --no-install-recommends chromium pgbouncer" in done.stdout
