"""Files that leave the hub: asked for where their rows are shown, made by the workers, fetched by the browser."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from helpdesk.exports.models import Export
from helpdesk.work import unit_of_work
from tasks.exports import make_exports
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened
from tests.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    made = own_desk()
    opened(made, "The VPN drops", "The printer is on fire")
    opened(made, "The till is locked", priority="urgent")
    return made


def asked_for(page: Page, name: str) -> Locator:
    """The dialog that asks for a file."""
    page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    return dialog


def exports(desk: Desk) -> list[Export]:
    with context.tenant(desk.ref), unit_of_work():
        return list(Export.objects.all())


def fetched(desk: Desk, page: Page, dialog: Locator) -> list[list[str]]:
    """Its cells, once a worker has made it."""
    dialog.get_by_role("button", name="Make the file").click()
    expect(dialog.get_by_text("It waits for its turn.")).to_be_visible()
    assert make_exports(str(desk.ref.id)) == 1
    with page.expect_download() as told:
        dialog.get_by_role("link", name="Download").click()
    with told.value.path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


class TestFigures:
    def test_are_exported_as_the_page_shows_them(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/analytics").page
        expect(page.get_by_role("heading", name="Backlog now")).to_be_visible()
        page.get_by_role("button", name="Priority").click()
        page.get_by_role("option", name="Urgent").click()
        page.keyboard.press("Escape")
        dialog = asked_for(page, "Export figures")
        expect(dialog.get_by_text("narrowed down as on the page")).to_be_visible()
        dialog.get_by_label("Table").select_option("By priority")
        head, *rows = fetched(desk, page, dialog)
        assert head[:2] == ["Priority", "Created"]
        assert [row[:2] for row in rows] == [["urgent", "1"]]

    def test_of_days_that_cannot_be_asked_for_are_not_offered(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/analytics").page
        page.get_by_role("radio", name="Own").check()
        page.get_by_label("From").fill("")
        expect(page.get_by_role("button", name="Export figures")).to_be_disabled()

    def test_given_up_are_not_made(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/analytics").page
        dialog = asked_for(page, "Export figures")
        dialog.get_by_role("button", name="Make the file").click()
        dialog.get_by_role("button", name="Stop").click()
        expect(dialog).to_have_count(0)
        eventually(lambda: exports(desk) == [])

    def test_beyond_what_may_wait_are_refused_in_words(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/analytics").page
        for _ in range(3):
            dialog = asked_for(page, "Export figures")
            dialog.get_by_role("button", name="Make the file").click()
            dialog.get_by_role("button", name="Go on in the background").click()
        dialog = asked_for(page, "Export figures")
        dialog.get_by_role("button", name="Make the file").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        assert len(exports(desk)) == 3


class TestTheAudit:
    def test_is_exported_as_it_is_narrowed_down(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/settings/audit").page
        expect(page.get_by_text("Ticket opened").first).to_be_visible()
        page.get_by_role("button", name="What: All").click()
        page.get_by_role("option", name="Tickets").click()
        page.get_by_role("button", name="When: Always").click()
        page.get_by_role("option", name="Last 7 days").click()
        dialog = asked_for(page, "Export the audit")
        expect(dialog.get_by_text("Tickets · since")).to_be_visible()
        head, *rows = fetched(desk, page, dialog)
        what = head.index("What")
        assert {row[what] for row in rows} == {"ticket.created"}
        assert len(rows) == 3

    def test_is_nothing_for_an_agent(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/settings/audit").page
        expect(page.get_by_role("link", name="Profile")).to_be_visible()
        expect(page.get_by_role("button", name="Export the audit")).to_have_count(0)
