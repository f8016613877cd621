"""Without the database the hub says so: 503, never 401 (which would sign people out) and never 500."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

import orjson
import pytest
from django.conf import settings

from tests.contracts.errors import KEYS


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What a hub answers whose database is a port where nobody listens."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://nobody:x@127.0.0.1:{nobody.getsockname()[1]}/nothing"
        done = subprocess.run(
            [sys.executable, "-m", "tests.contracts.without_database"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    told = [line for line in done.stdout.splitlines() if line.startswith("ANSWERS ")]
    assert told, done.stdout + done.stderr
    found: dict[str, Any] = orjson.loads(told[0].removeprefix("ANSWERS "))
    return found


@pytest.mark.parametrize("name", ["list", "create", "me", "host", "header", "login", "refresh", "tenants"])
def test_it_is_unavailable(answers: dict[str, Any], name: str) -> None:
    status, retry_after, body = answers[name]
    assert (status, body["code"]) == (503, "UNAVAILABLE")
    assert set(body) == KEYS
    assert int(retry_after) > 0
    assert "sekret" not in str(body)
    assert "127.0.0.1" not in str(body)


def test_it_is_not_ready_but_live(answers: dict[str, Any]) -> None:
    assert answers["ready"][0] == 503
    assert answers["ready"][2]["checks"]["database"]["status"] == "failed"
    assert answers["live"][0] == 200
