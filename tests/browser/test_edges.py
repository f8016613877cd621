"""Not on a good day: ended sessions, addresses of others, files that are too much, empty desks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from helpdesk.comments.actions import add_comment
from helpdesk.people.actions import sign_out_everywhere
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.browser.stage import eventually, opened
from tests.browser.test_accessibility import STAFF_PAGES, settled
from tests.browser.test_day import box, write
from tests.conftest import PASSWORD, Desk

pytestmark = pytest.mark.slow
CHOOSE_26_MB = """(input) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(26 * 1024 * 1024)], "all.txt", { type: "text/plain" }));
  input.files = chosen.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.fixture
def desk(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


def sign_in(page: Page, person: Person) -> None:
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def end_session(desk: Desk, person: Person) -> None:
    with context.tenant(desk.ref), unit_of_work():
        sign_out_everywhere(desk.admin, person.id)


def test_a_session_that_ends_while_one_writes_costs_no_word(visit: Visit, desk: Desk) -> None:
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    write(page, "Please restart")
    end_session(desk, desk.agent)
    sign_in(page, desk.agent)
    expect(box(page)).to_have_value("Please restart")


def test_who_signs_in_where_somebody_elses_session_ended_sees_nothing_of_theirs(visit: Visit, desk: Desk) -> None:
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    write(page, "Between us: they have not paid.", note=True)
    end_session(desk, desk.agent)
    sign_in(page, desk.user)
    expect(page.get_by_role("button", name="Account")).to_be_visible()
    expect(page.get_by_text("they have not paid")).to_have_count(0)


def on_device(page: Page) -> str:
    return str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))


def begin_webhook(page: Page) -> None:
    page.get_by_role("button", name="Add a webhook").first.click()
    page.get_by_label("Address").fill("https://crm.example/hook")
    page.get_by_label("Description").fill("For the sales people")
    page.get_by_label("Your own secret").fill("never-to-be-kept")


def test_a_form_that_was_begun_outlives_the_session_but_a_secret_is_not_kept(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/settings/webhooks").page
    expect(page.get_by_role("link", name="All open tickets 0")).to_be_visible()
    begin_webhook(page)
    end_session(desk, desk.admin)
    sign_in(page, desk.admin)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Description")).to_have_value("For the sales people")
    expect(dialog.get_by_label("Address")).to_have_value("https://crm.example/hook")
    expect(dialog.get_by_label("Your own secret")).to_have_value("")
    expect(dialog.get_by_text("What you had begun here is still there.")).to_be_visible()
    assert "never-to-be-kept" not in on_device(page)
    dialog.get_by_role("button", name="Cancel").click()
    assert "sales people" not in on_device(page)


def test_a_page_of_settings_that_was_begun_outlives_the_session_too(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/settings/desk").page
    expect(page.get_by_role("link", name="All open tickets 0")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Acme and sons")
    end_session(desk, desk.admin)
    sign_in(page, desk.admin)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Acme and sons")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert "Acme and sons" not in on_device(page)


def test_of_a_form_that_somebody_began_another_sees_nothing(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/settings/webhooks").page
    expect(page.get_by_role("link", name="All open tickets 0")).to_be_visible()
    begin_webhook(page)
    end_session(desk, desk.admin)
    sign_in(page, desk.agent)
    expect(page.get_by_role("button", name="Add a webhook").first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Add a webhook").first.click()
    expect(page.get_by_label("Description")).to_have_value("")
    assert "sales people" not in page.content()


def test_signing_out_leaves_nothing_of_a_form_on_the_device(visit: Visit, desk: Desk) -> None:
    page = visit(desk.admin, "/settings/webhooks").page
    begin_webhook(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add a webhook").first.click()
    expect(page.get_by_label("Description")).to_have_value("For the sales people")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("Email address")).to_be_visible()
    eventually(lambda: "sales people" not in on_device(page), within_s=5)


def test_a_ticket_of_another_desk_is_none(visit: Visit, desk: Desk, own_desk: Callable[[], Desk]) -> None:
    other = own_desk()
    (theirs,) = opened(other, "Their secret")
    for person, words in ((desk.admin, "There is no such ticket"), (desk.user, "There is no such request")):
        page = visit(person, f"/tickets/{theirs.id}").page
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_text("Their secret")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_in_words_and_the_text_stays(visit: Visit, desk: Desk) -> None:
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    write(page, "Here it is.")
    page.locator("input[type=file]").last.evaluate(CHOOSE_26_MB)
    expect(page.get_by_text("A file has at most")).to_be_visible()
    expect(box(page)).to_have_value("Here it is.")


def test_an_upload_can_be_stopped(visit: Visit, desk: Desk) -> None:
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, f"/tickets/{ticket.id}").page
    write(page, "Here it is.")
    held: list[Route] = []
    page.route(
        lambda url: "upload-url" not in url and str(ticket.id) in url and "/api/" not in url,
        lambda route: held.append(route),
    )
    chosen = {"name": "long.txt", "mimeType": "text/plain", "buffer": b"It takes its time."}
    page.locator("input[type=file]").last.set_input_files(chosen)  # type: ignore[arg-type]
    page.get_by_role("button", name="Stop uploading long.txt").click()
    expect(page.get_by_text("long.txt")).to_have_count(0)
    expect(page.get_by_role("button", name="Send reply")).to_be_enabled()


def test_markup_in_what_people_write_is_text(visit: Visit, desk: Desk) -> None:
    hostile = '<img src=x onerror="window.broken = 1"><script>window.broken = 1</script> [a](javascript:broken=1)'
    (ticket,) = opened(desk, hostile)
    with context.tenant(desk.ref), unit_of_work():
        add_comment(desk.user, ticket.id, content=hostile, is_internal=False)
    for person in (desk.agent, desk.user):
        page = visit(person, f"/tickets/{ticket.id}").page
        expect(page.get_by_text("onerror").first).to_be_visible()
        assert page.evaluate("window.broken") is None
        assert page.locator("a[href^='javascript']").count() == 0


def test_an_empty_desk_says_what_will_be_here(visit: Visit, desk: Desk) -> None:
    page = visit(desk.agent, "/search/").page
    expect(page.get_by_text("Nothing here")).to_be_visible()
    opened(desk, "The first")
    expect(page.get_by_text("The first")).to_be_visible()


def test_at_twice_the_size_nothing_is_cut_off(visit: Visit, desk: Desk) -> None:
    """WCAG 2.2, 1.4.4: a laptop's window of 1280 x 720 at 200 %."""
    ticket, long_winded = opened(
        desk, "The VPN drops", "Whenever somebody in the office opens the door, the VPN drops " * 3
    )
    page = visit(desk.admin, "/search/", viewport=ViewportSize(width=640, height=360), device_scale_factor=2).page
    for path in (*STAFF_PAGES, f"/tickets/{ticket.id}", f"/tickets/{long_winded.id}"):
        page.goto(f"/#{path}")
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    expect(box(page)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send reply")).to_be_in_viewport(ratio=1)


def test_who_wants_less_motion_has_none(visit: Visit, desk: Desk) -> None:
    opened(desk, "The VPN drops")
    page = visit(desk.agent, "/search/", reduced_motion="reduce").page
    expect(page.locator("[data-ticket]")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    lasting = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 10).length"
    assert page.evaluate(lasting) == 0


def test_times_are_those_of_the_zone_one_chooses(visit: Visit, desk: Desk) -> None:
    (ticket,) = opened(desk, "The VPN drops")
    page = visit(desk.agent, f"/tickets/{ticket.id}", timezone_id="Europe/Berlin").page
    shown = page.get_by_role("main").locator("time").last
    expect(shown).to_be_visible()
    in_berlin = shown.get_attribute("title")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Preferences").click()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("main").locator("time").last).to_be_visible()
    assert page.get_by_role("main").locator("time").last.get_attribute("title") != in_berlin
