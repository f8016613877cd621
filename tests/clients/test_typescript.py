"""The TypeScript client: its types are the hub's frames, it compiles strictly, and it follows a real hub."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from django.conf import settings

from realtime.asyncapi import asyncapi_document
from realtime.typescript import frames_as_typescript
from tests.conftest import Desk, token_for
from tests.realtime.live import Server, in_thread, new_ticket

CLIENT = Path(settings.BASE_DIR) / "clients" / "typescript"
OLDEST_NODE = 20


def test_its_types_are_the_frames_of_the_hub() -> None:
    written = (CLIENT / "src" / "frames.ts").read_text()
    assert written == frames_as_typescript(asyncapi_document()), "run make asyncapi"


def test_its_lock_file_names_no_address() -> None:
    text = (CLIENT / "package-lock.json").read_text()
    assert "http" not in text
    assert '"resolved"' not in text
    assert '"integrity"' in text


def node() -> str:
    """The reason why it cannot run here; empty where it can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed (apt-get install nodejs npm, or nodejs.org)"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    version = int(said.strip().lstrip("v").partition(".")[0])
    return "" if version >= OLDEST_NODE else f"node {said.strip()} is older than {OLDEST_NODE}"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A copy with what it needs, compiled."""
    if why := node():
        pytest.skip(f"The TypeScript client was not tried: {why}.")
    copy = tmp_path / "typescript"
    shutil.copytree(CLIENT, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    installed = run(copy, "npm", "ci")
    if installed.returncode:
        pytest.skip(f"The TypeScript client was not tried: npm ci failed: {installed.stderr[-500:]}")
    compiled = run(copy, "npm", "run", "build")
    assert compiled.returncode == 0, compiled.stdout[-3000:]
    return copy


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.mark.slow
async def test_it_follows_a_real_hub(built: Path, server: Server, new_desk: Callable[[], Awaitable[Desk]]) -> None:
    desk, other = await new_desk(), await new_desk()
    foreign = await new_ticket(other)
    token = await in_thread(lambda: token_for(desk, desk.agent))
    named = {"HUB_PORT": str(server.port), "HUB_TOKEN": token, "HUB_FOREIGN_TICKET": str(foreign)}
    done = await in_thread(lambda: run(built, "npm", "test", **named))
    assert done.returncode == 0, done.stdout[-5000:]
    assert "# skipped 0" in done.stdout
    assert "# fail 0" in done.stdout
