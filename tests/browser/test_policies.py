"""Our pages in a real browser keep to their own Content-Security-Policy: nothing of theirs is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.mail.models import KeptMail
from helpdesk.mail.page import html_page
from helpdesk.work import unit_of_work
from tenants import context
from tests.browser.test_live_page import Tab, browser, server, tab
from tests.conftest import Desk
from tests.realtime.live import Server

__all__ = ["browser", "server", "tab"]
pytestmark = pytest.mark.slow
STYLED = "getComputedStyle(document.body).backgroundColor !== 'rgba(0, 0, 0, 0)'"
INJECTED = "const s = document.createElement('script'); s.textContent = 'window.stolen = 1'; document.body.append(s)"


def test_the_live_page_is_styled_and_runs(tab: Tab) -> None:
    page = tab()
    assert page.ask(STYLED)
    assert page.problems == []


def test_an_injected_script_does_not_run_and_is_told_of(tab: Tab) -> None:
    page = tab()
    page.ask(f"(() => {{ {INJECTED} }})()")
    assert page.ask("window.stolen === undefined")
    assert any("Content Security Policy" in problem for problem in page.problems)


def test_the_api_documents_work(tab: Tab, server: Server) -> None:
    page = tab()
    page.open(f"http://localhost:{server.port}/api-docs")
    page.wait_for("document.querySelectorAll('.opblock').length > 20")
    page.ask("document.querySelector('.opblock-summary-control').click()")
    page.wait_for("document.querySelector('.opblock-body')")
    assert page.problems == []


def test_kept_mails_are_shown_as_they_will_look(tab: Tab, server: Server, own_desk: Callable[..., Desk]) -> None:
    desk = own_desk()
    fragment = '<p style="color:red">Hello</p>'
    with context.tenant(desk.ref), unit_of_work():
        KeptMail.objects.create(
            to=["a@b.example"], sender="c@d.example", subject="S", text="T", html=html_page(fragment, desk="D"),
            headers={}, message_id="<1@d.example>",
        )  # fmt: skip
    page = tab()
    page.open(f"http://localhost:{server.port}/dev/mail")
    page.wait_for("document.querySelector('iframe')")
    assert page.ask(STYLED)
    assert page.problems == []
