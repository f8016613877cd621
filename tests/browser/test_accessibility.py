"""Every page of the console by the rules of axe (WCAG 2.2 AA), light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from config.embedded import console
from tests.browser.conftest import Visit
from tests.browser.stage import opened, said
from tests.conftest import Desk

pytestmark = pytest.mark.slow
AXE = console.FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RUN = """() => axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})"""
LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark"},
]
STILL = """() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => 0)))"""
SETTINGS = [
    *("profile", "keys", "users", "teams", "views", "sla", "macros", "webhooks", "mails"),
    *("desk", "fields", "tags", "templates", "audit"),
]
STAFF_PAGES = ("/search/", "/notifications", "/analytics", *(f"/settings/{page}" for page in SETTINGS))


def violations(page: Page) -> list[str]:
    """What is wrong, one line each; with the element."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]
    ]


def settled(page: Page) -> Page:
    """Nothing moves any more, and nothing is loading."""
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.evaluate(STILL)
    return page


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    made = own_desk()
    opened(made, "The VPN drops", "The printer is on fire", priority="high")
    return made


@pytest.mark.parametrize("look", LOOKS, ids=["wide-light", "narrow-dark"])
class TestNothingIsWrong:
    def test_at_the_door(self, visit: Visit, look: dict[str, Any]):
        assert violations(settled(visit(None, **look).page)) == []

    def test_in_the_workspace(self, visit: Visit, desk: Desk, look: dict[str, Any]):
        page = visit(desk.admin, **look).page
        for path in STAFF_PAGES:
            page.goto(f"/#{path}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert (path, violations(settled(page))) == (path, [])

    def test_on_a_ticket(self, visit: Visit, desk: Desk, look: dict[str, Any]):
        (ticket,) = opened(desk, "The coffee is cold")
        said(desk, ticket, desk.agent, "Which machine?")
        said(desk, ticket, desk.ada, "It is always the third floor.", is_internal=True)
        page = visit(desk.agent, f"/tickets/{ticket.id}", **look).page
        expect(page.get_by_text("It is always the third floor.")).to_be_visible()
        assert violations(settled(page)) == []

    @pytest.mark.parametrize("key", ["Control+k", "?", "c"])
    def test_in_dialogs(self, visit: Visit, desk: Desk, look: dict[str, Any], key: str):
        page = visit(desk.agent, "/search/", **look).page
        expect(page.locator("[data-ticket]")).to_have_count(2)
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(settled(page)) == []

    def test_in_the_dialogs_of_an_admin(self, visit: Visit, desk: Desk, look: dict[str, Any]):
        page = visit(desk.admin, "/settings/users", **look).page
        page.get_by_role("button", name=f"What to do with {desk.user.name}").click()
        page.get_by_role("menuitem", name="Erase for good").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(settled(page)) == []
        for path, button in (
            ("/analytics", "Export figures"),
            ("/settings/webhooks", "Add a webhook"),
            ("/settings/fields", "New field"),
            ("/settings/macros", "New macro"),
        ):
            page.goto(f"/#{path}")
            page.reload()
            page.get_by_role("button", name=button).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert (path, violations(settled(page))) == (path, [])

    def test_in_the_portal(self, visit: Visit, desk: Desk, look: dict[str, Any]):
        page = visit(desk.user, **look).page
        expect(page.get_by_text("The VPN drops")).to_be_visible()
        assert violations(settled(page)) == []

    def test_where_nothing_is(self, visit: Visit, desk: Desk, look: dict[str, Any]):
        for person, paths in (
            (desk.agent, ("/nix", "/views/nix", "/tickets/nix")),
            (desk.user, ("/nix", "/tickets/nix")),
        ):
            page = visit(person, **look).page
            for path in paths:
                page.goto(f"/#{path}")
                expect(page.get_by_role("heading", level=1, name=re.compile("There is no"))).to_be_visible()
                assert (path, violations(settled(page))) == (path, [])


def test_nothing_overflows_at_320_pixels(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/search/", viewport=ViewportSize(width=320, height=640)).page
    (ticket,) = opened(desk, "A title that is as long as titles can be: " + "unbreakable" * 12)
    for path in (*STAFF_PAGES, f"/tickets/{ticket.id}"):
        page.goto(f"/#{path}")
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
