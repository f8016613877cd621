"""The page of figures, as an admin uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.clock import now
from helpdesk.tickets.actions import change_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import opened, said
from tests.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    """Three tickets of today: one answered and resolved by Ada, two that wait."""
    made = own_desk()
    resolved, *_ = opened(made, "The VPN drops", "The printer is on fire")
    opened(made, "The till is locked", priority="urgent")
    said(made, resolved, made.ada, "It is back.")
    with context.tenant(made.ref), unit_of_work():
        change_ticket(made.ada, resolved.id, fields={"status": "resolved", "assigned_to_id": made.ada.id})
    return made


def card(page: Page, name: str) -> str:
    """The figure on the card of this name."""
    heading = page.get_by_role("heading", name=name, exact=True)
    found = page.get_by_role("list", name="Figures").get_by_role("listitem").filter(has=heading)
    return found.locator("p").first.inner_text()


class TestTheFigures:
    def test_are_those_of_the_desk_and_of_what_it_is_narrowed_to(self, visit: Visit, desk: Desk):
        page = visit(desk.admin).page
        page.get_by_role("link", name="Analytics").click()
        expect(page.get_by_role("heading", name="Backlog now")).to_be_visible()
        assert [card(page, name) for name in ("Created", "Resolved", "Open")] == ["3", "1", "2"]
        expect(page.get_by_role("row", name="Ada")).to_contain_text("1")
        page.get_by_role("button", name="Priority").click()
        page.get_by_role("option", name="Urgent").click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("row", name="Ada")).to_have_count(0)
        assert [card(page, name) for name in ("Created", "Resolved", "Open")] == ["1", "0", "1"]
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("radio", name="Priority").check()
        expect(page.get_by_role("row", name="Urgent")).to_be_visible()

    def test_of_days_on_which_nothing_was_say_so(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/analytics").page
        expect(page.get_by_role("heading", name="Backlog now")).to_be_visible()
        page.get_by_role("radio", name="Own").check()
        page.get_by_label("From").fill("2020-01-01")
        page.get_by_label("To", exact=True).fill("2020-01-02")
        expect(page.get_by_text("Nothing happened in these days")).to_be_visible()
        page.get_by_label("To", exact=True).fill("2019-01-02")
        expect(page.get_by_role("alert")).to_have_text("The first day is after the last.")
        page.get_by_role("radio", name="7 days").check()
        expect(page.get_by_role("heading", name="Backlog now")).to_be_visible()


class TestAChart:
    def test_is_walked_through_with_the_keyboard_and_is_a_table_too(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/analytics").page
        chart = page.get_by_role("slider", name="Created and resolved")
        expect(chart).to_have_attribute("aria-valuetext", re.compile("Created: 3, Resolved: 1"))
        chart.focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        expect(chart).to_have_attribute("aria-valuetext", re.compile("Created: 0, Resolved: 0"))
        page.get_by_role("button", name="Created and resolved: as a table").click()
        table = page.get_by_role("region", name="Created and resolved").get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(31)
        expect(table.get_by_role("row").last).to_contain_text(str(now().year))


def test_requesters_have_none(visit: Visit, desk: Desk) -> None:
    page = visit(desk.user, "/analytics").page
    expect(page.get_by_text("Ticket hub").first).to_be_visible()
    expect(page.get_by_role("heading", name="Backlog now")).to_have_count(0)
    expect(page.get_by_role("link", name="Analytics")).to_have_count(0)
