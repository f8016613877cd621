"""Tickets that belong together, and who gets the next one, as agents have it in the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.stage import opened, said
from tests.browser.test_accessibility import LOOKS, settled, violations
from tests.conftest import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def choose(page: Page, item: str) -> None:
    """From what the ticket's menu offers."""
    page.get_by_role("button", name="More about this ticket").click()
    page.get_by_role("menuitem", name=item).click()


def find(page: Page, number: int) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Which ticket?").fill(f"#{number}")
    dialog.get_by_role("radio").check()


class TestMerging:
    def test_takes_the_conversation_along_and_is_undone(self, visit: Visit, desk: Desk):
        one, other = opened(desk, "The VPN drops", "Still drops")
        said(desk, one, desk.user, "It began on Monday, again")
        page = visit(desk.agent, f"/tickets/{one.id}").page
        watching = visit(desk.ada, f"/tickets/{other.id}").page
        expect(watching.get_by_role("heading", name="Still drops")).to_be_visible()
        choose(page, "Merge into another ticket")
        find(page, other.number)
        page.get_by_role("dialog").get_by_role("button", name="Merge").click()
        expect(page.get_by_role("heading", name="Still drops")).to_be_visible()
        expect(page.get_by_text("It began on Monday, again")).to_be_visible()
        # Who was looking at the other one sees it come, too.
        expect(watching.get_by_text("It began on Monday, again")).to_be_visible()
        page.goto(f"/#/tickets/{one.id}")
        expect(page.get_by_text("This ticket was merged into")).to_be_visible()
        page.get_by_role("button", name="Undo the merge").click()
        expect(page.get_by_text("This ticket was merged into")).to_have_count(0)
        expect(page.get_by_text("It began on Monday, again")).to_be_visible()
        expect(watching.get_by_text("It began on Monday, again")).to_have_count(0)

    def test_of_different_requesters_is_to_be_confirmed(self, visit: Visit, desk: Desk):
        [one] = opened(desk, "Mine")
        [other] = opened(desk, "Somebody else's", requester_id=desk.other_user.id)
        page = visit(desk.agent, f"/tickets/{one.id}").page
        choose(page, "Merge into another ticket")
        find(page, other.number)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Merge")).to_be_disabled()
        dialog.get_by_role("checkbox").check()
        dialog.get_by_role("button", name="Merge").click()
        expect(page.get_by_role("heading", name="Somebody else's")).to_be_visible()


class TestSplittingAndRelating:
    def test_chosen_comments_become_a_ticket_that_is_linked(self, visit: Visit, desk: Desk):
        [one] = opened(desk, "Two things")
        said(desk, one, desk.user, "The first thing")
        said(desk, one, desk.user, "Another matter altogether")
        page = visit(desk.agent, f"/tickets/{one.id}").page
        choose(page, "Split comments off")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Title of the new ticket").fill("The other matter")
        dialog.get_by_role("checkbox", name="Another matter altogether").check()
        dialog.get_by_role("button", name="Split").click()
        expect(page.get_by_role("heading", name="The other matter")).to_be_visible()
        expect(page.get_by_text("Another matter altogether")).to_be_visible()
        expect(page.get_by_text("The first thing")).to_have_count(0)
        related = page.get_by_role("region", name="Related tickets")
        expect(related.get_by_role("link", name="Two things")).to_be_visible()

    def test_a_relation_is_made_and_taken_away(self, visit: Visit, desk: Desk):
        one, other = opened(desk, "A part", "The whole")
        page = visit(desk.agent, f"/tickets/{one.id}").page
        related = page.get_by_role("region", name="Related tickets")
        choose(page, "Relate a ticket")
        find(page, other.number)
        page.get_by_role("dialog").get_by_label("The other one is").select_option("parent")
        page.get_by_role("dialog").get_by_role("button", name="Relate").click()
        expect(related.get_by_role("link", name="The whole")).to_be_visible()
        expect(related.get_by_text("Parent")).to_be_visible()
        related.get_by_role("button", name=f"Remove the relation to #{other.number}").click()
        expect(related.get_by_role("link", name="The whole")).to_have_count(0)


class TestWhoGetsIt:
    def test_one_key_takes_the_next(self, visit: Visit, desk: Desk):
        opened(desk, "Waits for somebody")
        page = visit(desk.agent).page
        expect(page.get_by_role("link", name="Unassigned tickets")).to_contain_text("1")
        page.keyboard.press("t")
        expect(page.get_by_role("heading", name="Waits for somebody")).to_be_visible()
        expect(page.get_by_role("link", name="Unassigned tickets")).to_contain_text("0")
        page.keyboard.press("t")
        expect(page.get_by_text("No ticket waits for you.")).to_be_visible()

    def test_a_team_shares_out_and_one_says_that_one_is_away(self, visit: Visit, desk: Desk):
        page = visit(desk.admin, "/settings/teams").page
        page.get_by_role("button", name="New team").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name", exact=True).fill("Network")
        dialog.get_by_label("Who gets its tickets").select_option("least_busy")
        dialog.get_by_label("Most tickets at once").fill("5")
        dialog.get_by_role("button", name="Make the team").click()
        expect(page.get_by_role("heading", name="Network")).to_be_visible()
        page.goto("/#/settings/profile")
        away = page.get_by_role("checkbox", name="I am away")
        expect(away).not_to_be_checked()
        away.check()
        expect(away).to_be_enabled()
        page.reload()
        expect(away).to_be_checked()


@pytest.mark.parametrize("look", LOOKS, ids=["wide-light", "narrow-dark"])
def test_nothing_is_wrong_by_the_rules_of_axe(visit: Visit, desk: Desk, look: dict[str, Any]):
    [one, other] = opened(desk, "A part", "The whole")
    said(desk, one, desk.user, "Said")
    page = visit(desk.agent, f"/tickets/{one.id}", **look).page
    expect(page.get_by_role("heading", name="A part")).to_be_visible()
    assert violations(settled(page)) == []
    for item in ("Relate a ticket", "Merge into another ticket", "Split comments off"):
        choose(page, item)
        assert violations(settled(page)) == []
        page.keyboard.press("Escape")
    choose(page, "Merge into another ticket")
    find(page, other.number)
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="The whole")).to_be_visible()
    page.goto(f"/#/tickets/{one.id}")
    expect(page.get_by_text("This ticket was merged into")).to_be_visible()
    assert violations(settled(page)) == []
