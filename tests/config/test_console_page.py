"""The page at `/`: what it may load, and what it says where it has not been built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from config import console


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for what was built."""
    monkeypatch.setattr(console, "BUILT", tmp_path)
    console._page.cache_clear()
    yield tmp_path
    console._page.cache_clear()


def test_is_what_was_built_and_knows_where_it_runs(client: Client, built: Path) -> None:
    (built / "index.html").write_text('<!doctype html>\n<html lang="en"><body>The console</body></html>')
    answer = client.get("/", headers={"Host": "localhost"})
    assert answer.status_code == 200
    assert re.search(r'<html lang="en" data-env="\w+"><body>The console', answer.content.decode())


def test_runs_nothing_but_files_of_ours(client: Client, built: Path) -> None:
    policy = client.get("/", headers={"Host": "localhost"})["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "ws://localhost" in policy


def test_says_how_to_build_it_where_it_has_not_been_built(client: Client, built: Path) -> None:
    answer = client.get("/", headers={"Host": "localhost"})
    assert answer.status_code == 200
    assert "make console" in answer.content.decode()
