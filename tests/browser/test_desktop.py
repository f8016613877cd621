"""Notifications on the desktop: on request only, and only while one looks at something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.events.payloads import TicketPayload
from helpdesk.tickets.actions import change_ticket
from helpdesk.work import unit_of_work
from tasks.dispatch import dispatch
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened
from tests.conftest import PASSWORD, Desk

pytestmark = pytest.mark.slow
OBSERVED = """
  window.asked = 0;
  window.shown = [];
  const Real = window.Notification;
  const ask = Real.requestPermission.bind(Real);
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); window.shown.push({ title, ...options, it: this }); }
    static requestPermission() { window.asked += 1; return ask(); }
  };
"""
"""The browser's own, counted: who asks for leave, and what is shown."""
LOOKS_AWAY = "document.hasFocus = () => false"
LOOKS_BACK = "delete document.hasFocus"
"""Without windows a browser takes each page for the one in front."""
TITLES = "window.shown.map((one) => one.title)"


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def told_of(desk: Desk, title: str) -> TicketPayload:
    """The agent is told that a ticket of this title is theirs now."""
    (ticket,) = opened(desk, title)
    with context.tenant(desk.ref), unit_of_work():
        change_ticket(desk.admin, ticket.id, fields={"assigned_to_id": desk.agent.id})
    dispatch(str(desk.ref.id))
    return ticket


def at_work(visit: Visit, desk: Desk, *, granted: bool) -> Page:
    """The agent's page, watched."""
    page = visit().page
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Browser.setPermission",
        {
            "permission": {"name": "notifications"},
            "setting": "granted" if granted else "denied",
            "browserContextId": devtools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"],
        },
    )
    page.add_init_script(OBSERVED)
    answer = page.request.post("/api/v1/auth/login", data={"email": desk.agent.email, "password": PASSWORD})
    assert answer.ok
    page.goto("/#/search/")
    page.reload()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


def wish(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Preferences").click()
    page.get_by_label("Notifications on the desktop").click()


def test_are_shown_on_request_while_the_tab_is_hidden_and_lead_to_the_ticket(visit: Visit, desk: Desk) -> None:
    page = at_work(visit, desk, granted=True)
    assert page.evaluate("window.asked") == 0
    page.evaluate(LOOKS_AWAY)
    told_of(desk, "Before anybody wished")
    expect(page.get_by_role("link", name="Notifications")).to_contain_text("1")
    assert page.evaluate(TITLES) == []
    page.evaluate(LOOKS_BACK)
    wish(page)
    expect(page.get_by_label("Notifications on the desktop")).to_be_checked()
    assert page.evaluate("window.asked") == 1
    page.keyboard.press("Escape")
    told_of(desk, "While one looks")
    expect(page.get_by_role("link", name="Notifications")).to_contain_text("2")
    assert page.evaluate(TITLES) == []
    page.evaluate(LOOKS_AWAY)
    ticket = told_of(desk, "While one is away")
    eventually(lambda: len(page.evaluate(TITLES)) == 1)
    assert "While one is away" in page.evaluate("window.shown[0].title + window.shown[0].body")
    page.evaluate("window.shown[0].it.onclick()")
    expect(page.get_by_role("heading", name="While one is away")).to_be_visible()
    assert str(ticket.id) in page.url


def test_that_the_browser_forbids_is_said(visit: Visit, desk: Desk) -> None:
    page = at_work(visit, desk, granted=False)
    wish(page)
    expect(page.get_by_label("Notifications on the desktop")).not_to_be_checked()
    expect(page.get_by_text("The browser has been told not to show them.")).to_be_visible()
    page.reload()
    wish(page)
    assert page.evaluate("window.shown") == []
