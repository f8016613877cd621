"""A day at the desk: two agents and a requester, each in a browser context of their own, on one ticket."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from helpdesk.attachments.models import Attachment
from helpdesk.comments.models import Comment
from helpdesk.drafts.models import Draft
from helpdesk.tickets.actions import change_ticket, delete_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened, said
from tests.conftest import Desk
from tests.realtime.live import serving

pytestmark = pytest.mark.slow
SENT_WITHIN_MS = 30_000


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def box(page: Page) -> Locator:
    """Where one writes."""
    return page.locator("textarea").last


def conversation(page: Page) -> Locator:
    return page.get_by_role("main")


def write(page: Page, text: str, *, note: bool = False) -> None:
    expect(box(page)).to_be_visible()
    page.keyboard.press("n" if note else "r")
    expect(box(page)).to_be_focused()
    page.keyboard.type(text)


def send(page: Page) -> None:
    """And do not wait for the moment in which one could take it back."""
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Send now").click()


def comments(desk: Desk) -> list[tuple[str, bool]]:
    with context.tenant(desk.ref), unit_of_work():
        return list(Comment.objects.order_by("created_at").values_list("content", "is_internal"))


def state_of(desk: Desk, title: str) -> dict[str, Any]:
    with context.tenant(desk.ref), unit_of_work():
        return dict(Ticket.objects.values().get(title=title))


class TestOneTicket:
    def test_a_reply_reaches_everybody_and_a_note_the_team_only(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        agent = visit(desk.agent, f"/tickets/{ticket.id}").page
        ada = visit(desk.ada, f"/tickets/{ticket.id}").page
        requester = visit(desk.user, f"/tickets/{ticket.id}").page
        expect(requester.get_by_text("It began on Monday.")).to_be_visible()
        write(agent, "Which client do you use?")
        send(agent)
        for page in (ada, requester):
            expect(page.get_by_text("Which client do you use?")).to_be_visible(timeout=SENT_WITHIN_MS)
        write(ada, "It is the gateway again.", note=True)
        send(ada)
        expect(agent.get_by_text("It is the gateway again.")).to_be_visible(timeout=SENT_WITHIN_MS)
        requester.get_by_role("textbox").last.fill("Version 5.2.")
        requester.keyboard.press("Control+Enter")
        requester.get_by_role("button", name="Send now").click()
        expect(agent.get_by_text("Version 5.2.")).to_be_visible(timeout=SENT_WITHIN_MS)
        assert comments(desk) == [
            ("Which client do you use?", False),
            ("It is the gateway again.", True),
            ("Version 5.2.", False),
        ]
        assert "gateway" not in requester.content()

    def test_agents_see_each_other_at_work(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        agent = visit(desk.agent, f"/tickets/{ticket.id}").page
        ada = visit(desk.ada, f"/tickets/{ticket.id}").page
        expect(agent.get_by_role("img", name=f"Also here: {desk.ada.name}")).to_be_visible()
        write(ada, "Have you tried")
        expect(agent.get_by_text(f"{desk.ada.name} is typing a reply")).to_be_visible()
        ada.goto("/#/search/")
        expect(agent.get_by_role("img", name=f"Also here: {desk.ada.name}")).to_have_count(0)

    def test_a_reply_that_one_has_not_seen_is_shown_before_ones_own_is_sent(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        with serving("uvicorn", HUB_RATE_LIMITING="off") as mortal:
            agent = visit(desk.agent, f"/tickets/{ticket.id}", base_url=f"http://localhost:{mortal.port}").page
            expect(agent.get_by_text("Live", exact=True)).to_be_visible()
            write(agent, "Please restart it.")
            mortal.kill()
            expect(agent.get_by_text("Offline")).to_be_visible()
            said(desk, ticket, desk.ada, "It works again, we have changed a cable.")
            agent.keyboard.press("Control+Enter")
            agent.get_by_role("button", name="Send now").click()
            mortal.restart()
            expect(agent.get_by_text("It works again, we have changed a cable.").first).to_be_visible(
                timeout=SENT_WITHIN_MS
            )
            expect(agent.get_by_role("button", name="Send anyway")).to_be_visible(timeout=SENT_WITHIN_MS)
            assert [text for text, _ in comments(desk)] == ["It works again, we have changed a cable."]
            agent.get_by_role("button", name="Send anyway").click()
            expect(agent.get_by_role("button", name="Send anyway")).to_have_count(0)
            eventually(lambda: len(comments(desk)) == 2)
        assert [text for text, _ in comments(desk)][-1] == "Please restart it."

    def test_what_was_sent_can_be_taken_back_for_a_moment(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        write(page, "Too early")
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Undo").first.click()
        expect(box(page)).to_have_value("Too early")
        assert comments(desk) == []

    def test_a_server_that_is_killed_costs_no_keystroke(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        with serving("uvicorn", HUB_RATE_LIMITING="off") as mortal:
            page = visit(desk.agent, f"/tickets/{ticket.id}", base_url=f"http://localhost:{mortal.port}").page
            expect(page.get_by_text("Live", exact=True)).to_be_visible()
            page.evaluate("window.stayed = true")
            write(page, "Before, ")
            mortal.kill()
            page.keyboard.type("meanwhile ")
            expect(page.get_by_text("Offline")).to_be_visible()
            page.keyboard.type("and after")
            mortal.restart()
            expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=SENT_WITHIN_MS)
            expect(box(page)).to_have_value("Before, meanwhile and after")
            expect(page.get_by_text("Draft saved")).to_be_visible(timeout=SENT_WITHIN_MS)
            assert page.evaluate("window.stayed")
            page.reload()
            expect(box(page)).to_have_value("Before, meanwhile and after")

    def test_a_draft_is_there_on_the_next_device(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        first = visit(desk.agent, f"/tickets/{ticket.id}").page
        write(first, "Half a thought")
        expect(first.get_by_text("Draft saved")).to_be_visible()
        second = visit(desk.agent, f"/tickets/{ticket.id}").page
        expect(box(second)).to_have_value("Half a thought")

    def test_somebody_elses_change_is_merged_or_asked_about(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        with context.tenant(desk.ref), unit_of_work():
            change_ticket(desk.ada, ticket.id, fields={"priority": "urgent"})
        expect(page.get_by_role("button", name="Priority: Urgent")).to_be_visible()
        page.keyboard.press("s")
        page.get_by_role("option", name="Solved").click()
        expect(page.get_by_role("button", name="Status: Solved")).to_be_visible()
        eventually(lambda: state_of(desk, "The VPN drops")["status"] == "resolved")
        assert state_of(desk, "The VPN drops")["version"] == 3

    def test_files_go_with_a_reply(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        write(page, "Here is how.")
        chosen = {"name": "how to.txt", "mimeType": "text/plain", "buffer": b"Turn it off and on again."}
        page.locator("input[type=file]").last.set_input_files(chosen)  # type: ignore[arg-type]
        expect(page.get_by_role("button", name=re.compile("Send reply"))).to_be_enabled()
        page.goto("/#/search/")  # another ticket comes between, and then the page is loaded anew
        expect(page.locator("[data-ticket]")).to_have_count(1)
        page.goto(f"/#/tickets/{ticket.id}")
        expect(page.get_by_text("how to.txt")).to_be_visible()
        page.reload()
        expect(page.get_by_text("how to.txt")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Send reply"))).to_be_enabled()
        box(page).focus()
        send(page)
        expect(page.get_by_role("link", name=re.compile("how to.txt"))).to_be_visible(timeout=SENT_WITHIN_MS)
        with context.tenant(desk.ref), unit_of_work():
            assert Attachment.objects.get().comment_id == Comment.objects.get().id

    def test_a_file_of_a_note_never_goes_out_with_a_reply(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        write(page, "For us only.", note=True)
        chosen = {"name": "inside.txt", "mimeType": "text/plain", "buffer": b"Between us."}
        page.locator("input[type=file]").last.set_input_files(chosen)  # type: ignore[arg-type]
        expect(page.get_by_text("inside.txt")).to_be_visible()
        page.keyboard.press("Escape")
        write(page, "Please restart it.")
        expect(page.get_by_text("inside.txt")).to_have_count(0)
        expect(page.get_by_title("Something is begun here")).to_be_visible()
        send(page)
        expect(page.get_by_text("Please restart it.").first).to_be_visible(timeout=SENT_WITHIN_MS)
        eventually(lambda: comments(desk) == [("Please restart it.", False)])
        with context.tenant(desk.ref), unit_of_work():
            assert not Attachment.objects.exists()
        page.get_by_role("button", name="Note").click()
        expect(box(page)).to_have_value("For us only.")
        expect(page.get_by_text("inside.txt")).to_be_visible()

    def test_a_title_that_somebody_else_changes_meanwhile_stays_in_the_box_and_is_asked_about(
        self, visit: Visit, desk: Desk
    ):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        page.get_by_role("button", name="The VPN drops").click()
        page.keyboard.type("The VPN is slow")
        with context.tenant(desk.ref), unit_of_work():
            change_ticket(desk.ada, ticket.id, fields={"title": "The VPN drops at noon"})
        expect(page.get_by_text("The VPN drops at noon").first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Use “The VPN is slow”")).to_be_visible()
        assert state_of(desk, "The VPN drops at noon")["version"] == 2
        page.get_by_role("button", name="Use “The VPN is slow”").click()
        eventually(lambda: page.get_by_role("heading", name="The VPN is slow").count() == 1)

    def test_a_new_ticket_is_kept_while_it_is_written(self, visit: Visit, desk: Desk):
        page = visit(desk.agent, "/search/").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.keyboard.press("c")
        expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
        page.keyboard.type("Half a ticket")
        page.keyboard.press("Escape")
        page.reload()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.keyboard.press("c")
        expect(page.get_by_role("dialog").get_by_label("Title")).to_have_value("Half a ticket")

    def test_who_signs_out_has_sent_what_waited_for_an_undo(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        write(page, "Please restart it.")
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Account").click()
        page.get_by_role("menuitem", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        assert comments(desk) == [("Please restart it.", False)]

    def test_who_signs_out_leaves_no_text_on_the_device_and_what_was_typed_is_on_the_hub(
        self, visit: Visit, desk: Desk
    ):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.type("Half a ticket")
        page.keyboard.press("Escape")
        assert page.evaluate("Object.keys(localStorage).some((place) => place.startsWith('hub.ticket'))")
        write(page, "Half a reply")
        page.get_by_role("button", name="Account").click()
        page.get_by_role("menuitem", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        texts = page.evaluate("Object.values(localStorage).filter((text) => text.includes('Half'))")
        assert texts == []
        with context.tenant(desk.ref), unit_of_work():
            assert Draft.objects.get().content == "Half a reply"

    def test_that_is_deleted_says_so(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        agent = visit(desk.agent, f"/tickets/{ticket.id}").page
        admin = visit(desk.admin, f"/tickets/{ticket.id}").page
        expect(agent.get_by_text("It began on Monday.")).to_be_visible()
        admin.get_by_role("button", name="More about this ticket").click()
        admin.get_by_role("menuitem", name="Delete ticket").click()
        admin.get_by_role("dialog").get_by_role("button", name="Delete").last.click()
        expect(agent.get_by_text("This ticket was deleted")).to_be_visible()

    @pytest.mark.parametrize("is_sent", [False, True], ids=["typed", "sent"])
    def test_that_is_deleted_leaves_what_one_had_written(self, visit: Visit, desk: Desk, *, is_sent: bool):
        (ticket,) = opened(desk, "The VPN drops")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        write(page, "A long and good answer")
        expect(page.get_by_text("Draft saved")).to_be_visible()
        if is_sent:
            page.keyboard.press("Control+Enter")
        with context.tenant(desk.ref), unit_of_work():
            delete_ticket(desk.admin, ticket.id)
        expect(page.get_by_text("This ticket was deleted")).to_be_visible()
        expect(page.get_by_text("A long and good answer")).to_be_visible(timeout=SENT_WITHIN_MS)
        page.get_by_role("button", name="Throw away").click()
        expect(page.get_by_text("A long and good answer")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("There is no such ticket")).to_be_visible()
        expect(page.get_by_text("A long and good answer")).to_have_count(0)

    def test_a_text_that_is_changed_is_kept_when_it_is_closed_by_escape(self, visit: Visit, desk: Desk):
        (ticket,) = opened(desk, "The VPN drops")
        said(desk, ticket, desk.agent, "Which client?")
        page = visit(desk.agent, f"/tickets/{ticket.id}").page

        def edit() -> Locator:
            page.get_by_role("button", name="What can be done with it").click()
            page.get_by_role("menuitem", name="Edit").click()
            return page.get_by_role("textbox", name="Text", exact=True)

        edit().fill("Which client, and since when?")
        page.keyboard.press("Escape")
        expect(edit()).to_have_value("Which client, and since when?")
        page.get_by_role("button", name="Cancel").click()
        expect(edit()).to_have_value("Which client?")


def test_the_whole_way_is_gone_by_keyboard_alone(visit: Visit, desk: Desk) -> None:
    """Sign in, find the ticket, take it, answer it, solve it, go back."""
    opened(desk, "The printer is on fire", "The VPN drops")
    page = visit().page
    expect(page.get_by_label("Email address")).to_be_focused()
    page.keyboard.type(desk.agent.email)
    page.keyboard.press("Tab")
    page.keyboard.type("test-password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("VPN")
    expect(page.get_by_role("option", name=re.compile("The VPN drops"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The VPN drops")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.type(desk.agent.first_name)
    page.keyboard.press("Enter")
    write(page, "We are at it.")
    send(page)
    expect(page.get_by_text("We are at it.").first).to_be_visible(timeout=SENT_WITHIN_MS)
    page.keyboard.press("s")
    page.keyboard.type("S")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Status: Solved")).to_be_visible()
    eventually(lambda: state_of(desk, "The VPN drops")["status"] == "resolved")
    assert state_of(desk, "The VPN drops")["assigned_to_id"] == desk.agent.id
