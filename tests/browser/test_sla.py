"""An admin promises something, a ticket shows its deadline in the queue, and says why it is due when it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from playwright.sync_api import expect

from tasks.sla import keep_promises
from tests.browser.conftest import Visit
from tests.browser.stage import opened
from tests.browser.test_accessibility import settled, violations
from tests.conftest import Desk
from tests.tasks.courier import dispatch

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


def test_what_is_promised_is_seen_and_explained(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/settings/sla").page
    page.get_by_role("button", name="Add a policy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Round the clock")
    dialog.get_by_label("Time zone").fill("Europe/Berlin")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        dialog.get_by_label(day).fill("00:00-24:00")
    dialog.get_by_label("First response").fill("90")
    dialog.get_by_label("Late: raise the priority to").select_option("urgent")
    assert violations(settled(page)) == []
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Round the clock")).to_be_visible()
    expect(page.get_by_text(re.compile(r"First response: 1h 30m"))).to_be_visible()

    (ticket,) = opened(desk, "The VPN drops")
    dispatch(desk)
    keep_promises(str(desk.ref.id))
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    promised = page.get_by_text(re.compile(r"First response: in"))
    expect(promised.first).to_be_visible()
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_text(re.compile(r"Under “Round the clock”"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"counted .* from")).first).to_be_visible()
    assert violations(settled(page)) == []
