"""The live queue as agents have it: what happens shows by itself, and nothing jumps under the mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.tickets.actions import change_ticket, delete_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import opened
from tests.conftest import Desk
from tests.realtime.live import serving

pytestmark = pytest.mark.slow


def rows(page: Page) -> Any:
    return page.locator("[data-ticket]")


def titles(page: Page) -> list[str]:
    """From the top."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('[data-ticket]')]
            .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
            .map(row => row.querySelector('a').textContent)"""
    )
    return found


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


class TestTheQueue:
    def test_shows_what_comes_changes_and_goes_by_itself(self, visit: Visit, desk: Desk):
        first, second = opened(desk, "The first", "The second")
        page = visit(desk.agent, "/search/").page
        expect(rows(page)).to_have_count(2)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        opened(desk, "The third")
        expect(rows(page)).to_have_count(3)
        with context.tenant(desk.ref), unit_of_work():
            change_ticket(desk.ada, first.id, fields={"status": "pending", "title": "The first, renamed"})
        expect(page.get_by_text("The first, renamed")).to_be_visible()
        with context.tenant(desk.ref), unit_of_work():
            delete_ticket(desk.admin, second.id)
        expect(rows(page)).to_have_count(2)

    def test_counts_each_view_live(self, visit: Visit, desk: Desk):
        page = visit(desk.agent).page
        unassigned = page.get_by_role("link", name="Unassigned tickets")
        expect(unassigned).to_contain_text("0")
        opened(desk, "Nobody has it", "Nobody has this one either")
        expect(unassigned).to_contain_text("2")

    def test_nothing_jumps_under_the_mouse(self, visit: Visit, desk: Desk):
        opened(desk, "One", "Two")
        page = visit(desk.agent, "/search/").page
        expect(rows(page)).to_have_count(2)
        page.get_by_text("Two").hover()
        opened(desk, "Three")
        news = page.get_by_role("button", name="1 new")
        expect(news).to_be_visible()
        assert titles(page) == ["Two", "One"]
        news.click()
        expect(rows(page)).to_have_count(3)
        assert titles(page) == ["Three", "Two", "One"]

    def test_is_worked_with_the_keyboard_alone(self, visit: Visit, desk: Desk):
        opened(desk, "One", "Two", "Three")
        page = visit(desk.agent, "/search/").page
        expect(rows(page)).to_have_count(3)
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.get_by_text("2 selected")).to_be_visible()
        page.keyboard.press("p")
        expect(page.get_by_role("option", name="Urgent")).to_be_visible()
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").get_by_text("2 tickets changed.")).to_be_visible()
        # While it can be undone, which is not long.
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("2 tickets are as they were.")).to_be_visible()
        expect(rows(page).filter(has_text="Urgent")).to_have_count(0)

    def test_searches_in_the_language_of_the_hub_and_says_what_it_does_not_know(self, visit: Visit, desk: Desk):
        opened(desk, "The VPN drops", "The printer is on fire")
        page = visit(desk.agent, "/search/").page
        expect(rows(page)).to_have_count(2)
        page.keyboard.press("/")
        page.keyboard.type("vpn status:open")
        expect(rows(page)).to_have_count(1)
        page.get_by_role("searchbox").fill("status:opne")
        expect(page.get_by_role("alert")).to_contain_text("`status:` takes open")

    def test_one_types_on_while_it_searches(self, visit: Visit, desk: Desk):
        opened(desk, "The VPN drops", "The VPN is slow")
        page = visit(desk.agent, "/search/").page
        expect(page.locator("[data-ticket]")).to_have_count(2)
        page.keyboard.press("/")
        page.keyboard.type("vpn")
        expect(page.get_by_role("button", name="Clear")).to_be_visible()  # it was asked for
        page.keyboard.type(" drops")
        expect(page.locator("[data-ticket]")).to_have_count(1)
        expect(page.get_by_role("searchbox")).to_have_value("vpn drops")
        page.get_by_role("button", name="Clear").click()
        expect(page.get_by_role("searchbox")).to_have_value("")

    def test_keys_are_those_of_what_has_the_focus(self, visit: Visit, desk: Desk):
        _, second, first = opened(desk, "The printer", "The VPN drops", "The VPN is slow")
        page = visit(desk.agent, "/search/").page
        expect(page.locator("[data-ticket]")).to_have_count(3)
        page.keyboard.press("j")
        page.get_by_role("link", name=re.compile("^Notifications")).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Notifications")).to_be_visible()
        page.goto("/#/search/")
        page.get_by_role("link", name=first.title).click()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.type("All of it wrong")
        page.keyboard.press("Control+a")
        page.keyboard.type("Right")
        expect(page.locator("textarea").last).to_have_value("Right")
        page.keyboard.press("Escape")
        page.get_by_role("link", name=first.title).focus()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(str(second.id)))

    def test_goes_on_where_a_ticket_has_left(self, visit: Visit, desk: Desk):
        tickets = opened(desk, "The first", "The second", "The third", "The fourth")
        page = visit(desk.agent, "/search/status:open").page
        expect(page.locator("[data-ticket]")).to_have_count(4)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page).to_have_url(re.compile(str(tickets[2].id)))
        expect(page.locator("textarea")).to_be_visible()
        page.keyboard.press("s")
        page.get_by_role("option", name="Solved").click()
        page.mouse.move(0, 0)
        expect(page.locator("[data-ticket]")).to_have_count(3)
        page.keyboard.press("j")
        expect(page).to_have_url(re.compile(str(tickets[1].id)))

    def test_scrolls_through_more_than_the_live_window(self, visit: Visit, desk: Desk):
        opened(desk, *(f"Ticket {number:03}" for number in range(250)))
        page = visit(desk.agent, "/search/").page
        expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "251")
        for _ in range(40):
            page.locator("[data-ticket]").first.hover()
            page.mouse.wheel(0, 2000)
            if page.get_by_text("Ticket 000").count():
                break
            page.wait_for_timeout(50)
        expect(page.get_by_text("Ticket 000")).to_be_visible()
        assert rows(page).count() < 80

    def test_what_is_narrowed_down_becomes_a_view(self, visit: Visit, desk: Desk):
        opened(desk, "Hot", priority="urgent")
        opened(desk, "Cold", priority="low")
        page = visit(desk.agent, "/search/").page
        expect(rows(page)).to_have_count(2)
        page.get_by_role("button", name="Priority:").click()
        page.get_by_role("option", name="Urgent").click()
        page.keyboard.press("Escape")
        expect(rows(page)).to_have_count(1)
        page.get_by_role("button", name="Save as a view").click()
        page.get_by_label("Name").fill("What burns")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="What burns")).to_be_visible()
        expect(page.get_by_role("link", name="What burns")).to_contain_text("1")


class TestTheLine:
    def test_a_server_that_dies_costs_no_reload_and_what_came_meanwhile_shows(self, visit: Visit, desk: Desk):
        opened(desk, "Before")
        with serving("uvicorn", HUB_RATE_LIMITING="off") as mortal:
            page = visit(desk.agent, "/search/", base_url=f"http://localhost:{mortal.port}").page
            expect(rows(page)).to_have_count(1)
            expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=40_000)
            page.get_by_role("searchbox").fill("before")
            page.evaluate("window.stayed = true")
            mortal.kill()
            expect(page.get_by_text("Offline")).to_be_visible()
            opened(desk, "Before noon")
            page.get_by_role("searchbox").fill("before noo")
            mortal.restart()
            expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=40_000)
            expect(rows(page)).to_have_count(1)
            assert titles(page) == ["Before noon"]
            assert page.get_by_role("searchbox").input_value() == "before noo"
            assert page.evaluate("window.stayed")
