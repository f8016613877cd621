"""Our pages in a real browser keep to their own Content-Security-Policy: nothing of theirs is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from helpdesk.mail.models import KeptMail
from helpdesk.mail.page import html_page
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.conftest import Visit
from tests.conftest import Desk

pytestmark = pytest.mark.slow
STYLED = "getComputedStyle(document.body).backgroundColor !== 'rgba(0, 0, 0, 0)'"
INJECTED = "const s = document.createElement('script'); s.textContent = 'window.stolen = 1'; document.body.append(s)"


def test_the_console_is_styled_and_runs(visit: Visit) -> None:
    page = visit().page
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(STYLED)


def test_an_injected_script_does_not_run_and_is_told_of(visit: Visit) -> None:
    tab = visit()
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.page.evaluate(f"() => {{ {INJECTED} }}")
    assert tab.page.evaluate("window.stolen === undefined")
    assert any("Content Security Policy" in problem for problem in tab.problems)
    tab.problems.clear()


def test_the_api_documents_work(visit: Visit) -> None:
    page = visit().page
    page.goto("/api-docs")
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()


def test_kept_mails_are_shown_as_they_will_look(visit: Visit, own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    fragment = '<p style="color:red">Hello</p>'
    with context.tenant(desk.ref), unit_of_work():
        KeptMail.objects.create(
            to=["a@b.example"], sender="c@d.example", subject="S", text="T", html=html_page(fragment, desk="D"),
            headers={}, message_id="<1@d.example>",
        )  # fmt: skip
    page = visit().page
    page.goto("/dev/mail")
    expect(page.locator("iframe").first).to_be_visible()
    assert page.evaluate(STYLED)
