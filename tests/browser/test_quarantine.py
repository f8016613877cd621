"""A file that the virus scanner looks at while somebody has its ticket open: it waits, and comes or does not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from tasks.scanning import scan_files
from tests.api import Api
from tests.browser.conftest import Visit
from tests.browser.stage import opened
from tests.conftest import Desk
from tests.helpdesk.files import PNG, attach
from tests.scanner import PROGRAM, VIRUS, Scanner, scanner

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="needs clamd: make tools")]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scanner]:
    with scanner(tmp_path) as one:
        monkeypatch.setattr(settings, "CLAMAV_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "CLAMAV_PORT", one.port)
        yield one


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


def test_what_is_looked_at_shows_so_at_once(visit: Visit, desk: Desk, running: Scanner) -> None:
    (ticket,) = opened(desk, "Two files")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    caller = Api().as_(desk, desk.user)
    attach(caller, str(ticket.id), filename="harmless.png")
    attach(caller, str(ticket.id), PNG + VIRUS, filename="harmful.png")
    waiting = page.get_by_text("Being checked for viruses")
    expect(waiting).to_have_count(2)
    expect(page.get_by_role("link", name="Download harmless.png")).to_have_count(0)
    scan_files(str(desk.ref.id))
    expect(page.get_by_title("Download harmless.png")).to_be_visible()
    expect(page.get_by_text("In quarantine")).to_be_visible()
    expect(page.get_by_title("Download harmful.png")).to_have_count(0)
    expect(waiting).to_have_count(0)
