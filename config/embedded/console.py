"""Builds the console, once and when its sources have changed: `python -m config.embedded.console build` (or `check`).

What was built says in `dist/built` of which sources; that file is written last, so a build that was interrupted is done
again. Nothing of it is in the repository.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whitenoise.compress import Compressor

from config.embedded.errors import EmbeddedError
from config.embedded.home import ROOT
from config.embedded.node import Node, find_node
from config.embedded.terminal import say

FOLDER = ROOT / "console"
DIST = FOLDER / "dist"
BUILT = DIST / "built"
INSTALLED = FOLDER / "node_modules" / "installed"
"""Holds the lock file that the packages were installed from."""
SOURCES = (
    "console/src",
    "console/index.html",
    "console/package.json",
    "console/package-lock.json",
    "console/tsconfig.json",
    "console/vite.config.ts",
    "clients/typescript/src",
    "docs/openapi.json",
)
WRITTEN = FOLDER / "src" / "api" / "schema.d.ts"
"""Written from docs/openapi.json by the build itself."""
CHECKS = ("types", "format-check", "lint", "typecheck", "test")


def digest() -> str:
    """Of everything that the built page is made from."""
    found = hashlib.sha256()
    for file in sorted(_files()):
        found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def is_built() -> bool:
    return BUILT.is_file() and BUILT.read_text() == digest()


def build() -> None:
    """Nothing where it is built already. Raises EmbeddedError where it cannot be."""
    with _alone():
        if not is_built():
            say("building the console (the first time takes a minute)")
            _build(_ready())


def check() -> None:
    """Format, lint, types and tests of the console, and that it can be built. Raises EmbeddedError at the first."""
    with _alone():
        node = _ready()
        for script in CHECKS:
            _npm(node, "run", "--silent", script)
        if not is_built():
            _build(node)


def _build(node: Node) -> None:
    made_of = digest()
    for script in ("types", "build"):
        _npm(node, "run", "--silent", script)
    _compress()
    BUILT.write_text(made_of)


def _files() -> Iterator[Path]:
    for name in SOURCES:
        place = ROOT / name
        files = place.rglob("*") if place.is_dir() else [place]
        yield from (file for file in files if file.is_file() and file != WRITTEN)


def _ready() -> Node:
    """Node, with the packages of the lock file installed."""
    node = find_node()
    lock = FOLDER / "package-lock.json"
    if not INSTALLED.is_file() or INSTALLED.read_bytes() != lock.read_bytes():
        _npm(node, "ci", "--no-audit", "--no-fund", "--silent")
        INSTALLED.write_bytes(lock.read_bytes())
    return node


def _npm(node: Node, *command: str) -> None:
    environment = node.environment(os.environ)
    done = subprocess.run([*node.npm, *command], check=False, cwd=FOLDER, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise EmbeddedError(f"npm {' '.join(command)} failed in console/ (exit code {done.returncode}).")


def _compress() -> None:
    """Beside each file a compressed one, which whitenoise serves to who takes it."""
    for file in DIST.iterdir():
        if file.suffix in (".js", ".css", ".svg"):
            Compressor(use_brotli=False, quiet=True).compress(str(file))


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once do not build into one folder."""
    folder = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> int:
    """1 when it could not be done; it said why."""
    try:
        {"build": build, "check": check}[sys.argv[1]]()
    except EmbeddedError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
