"""Homes for supervisors, which the servers' unprivileged account can enter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.stage import eventually, kill_all, processes_of

# Whoever asks for services of their own here gets none: nothing answers at these.
ELSEWHERE = {
    "DATABASE_URL": "postgresql://somebody:secret@127.0.0.1:9/theirs",
    "REDIS_URL": "redis://:secret@127.0.0.1:9/0",
    "S3_ENDPOINT_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A HUB_HOME, in which nothing may run when the test is over."""
    # Not tmp_path: pytest closes it to other users, and root's servers run as one.
    folder = Path(tempfile.mkdtemp(prefix="hub-home-"))
    folder.chmod(0o755)
    yield folder
    try:
        eventually(lambda: not processes_of(folder), f"something still runs on {folder}")
    finally:
        kill_all(processes_of(folder))
        shutil.rmtree(folder)


@pytest.fixture
def elsewhere() -> dict[str, str]:
    """An environment that names all services, so that none is started."""
    return dict(ELSEWHERE)
