"""Whom the servers run as. PostgreSQL refuses root, so root lends them an account with no rights."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from config.embedded.errors import EmbeddedError
from config.embedded.terminal import say

UNPRIVILEGED = ("nobody", "daemon")
# Kept by a reboot, unlike /tmp; everyone may enter it.
FALLBACK = Path("/var/tmp")  # noqa: S108
WAY_OUT = "set DATABASE_URL, REDIS_URL and S3_ENDPOINT_URL"


class Privileges(TypedDict, total=False):
    """Arguments of `subprocess` that drop root's rights."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Place:
    """Where the servers keep their data, and whom they run as (`uid` None: ourselves)."""

    data: Path
    uid: int | None = None
    gid: int | None = None

    @property
    def privileges(self) -> Privileges:
        """What `subprocess.run` and `Popen` need to run as the account."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Makes the account the owner."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can(self, *command: str) -> bool:
        """Whether the command succeeds for the account: the exact answer to "may it reach this?"."""
        done = subprocess.run(
            command, check=False, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, **self.privileges
        )
        return done.returncode == 0


def find_place(home: Path) -> Place:
    """The home itself; for root, a home that the unprivileged account can enter too."""
    if os.geteuid() != 0:
        return Place(home)
    uid, gid = _owner(home / "postgres") or _account()
    try:
        if Place(home, uid, gid).can("/bin/sh", "-c", 'test -x "$1"', "sh", str(home)):
            return Place(home, uid, gid)
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and root may not become user {uid} here ({error});"
            f" start as a normal user, or {WAY_OUT}."
        ) from error
    data = _fallback(home)
    say(f"the servers' account cannot enter {home}; their data is in {data}")
    return Place(data, uid, gid)


def reachable(place: Place, package: Path, program: str, *, version: str) -> Path:
    """The folder of binaries `package`, or a copy of it that the account may execute.

    The copy is made once a version: a virtual environment below /root can be entered by root only.
    """
    if place.uid is None or place.can(str(package / program), "--version"):
        return package
    copy = _copied(place, package, version=version)
    _require_runs(place, copy / program)
    return copy


def reachable_program(place: Place, program: Path, *, version: str) -> Path:
    """The same for one program that stands among others, which are not copied."""
    if place.uid is None or place.can(str(program), "--version"):
        return program
    copy = _copied(place, program, version=version) / program.name
    _require_runs(place, copy)
    return copy


def _copied(place: Place, original: Path, *, version: str) -> Path:
    """A folder with the original's files, or with the original."""
    copy = place.data / f"{original.name}-{version}"
    if copy.exists():
        return copy
    say(f"copying {original.name} to {copy}, where the servers' account can reach it")
    unfinished = copy.with_name(f".{copy.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    if original.is_dir():
        shutil.copytree(original, unfinished)
    else:
        unfinished.mkdir()
        shutil.copy(original, unfinished)
    for path in [unfinished, *unfinished.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
    unfinished.rename(copy)
    return copy


def _require_runs(place: Place, program: Path) -> None:
    if not place.can(str(program), "--version"):
        raise EmbeddedError(f"{program} does not run on this machine; {WAY_OUT}.")


def _owner(data: Path) -> tuple[int, int] | None:
    """Whose the data is already, where a normal user made it: it must stay theirs."""
    try:
        found = data.stat()
    except OSError:
        return None
    return (found.st_uid, found.st_gid) if found.st_uid else None


def _account() -> tuple[int, int]:
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise EmbeddedError(
        f"PostgreSQL refuses to run as root and there is no user {' or '.join(UNPRIVILEGED)} to lend it;"
        f" start as a normal user, or {WAY_OUT}."
    )


def _fallback(home: Path) -> Path:
    """A folder of our own where everyone may write, so what stands there already is looked at first."""
    data = FALLBACK / f"ticket-hub-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    data.mkdir(mode=0o711, exist_ok=True)
    found = data.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedError(f"{data} was not made by us; remove it, or choose a HUB_HOME outside of {home}.")
    data.chmod(0o711)
    return data
