"""The live page in a real browser: what people do there, seen from both ends of the socket."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from urllib.request import Request, urlopen

import pytest

from helpdesk.people.models import Person
from tests.browser.chrome import HOW_TO, Browser, Page, chromium, find_chromium
from tests.conftest import PASSWORD, Desk
from tests.realtime.live import Server, serving

pytestmark = pytest.mark.slow

Tab = Callable[[], Page]
IS_LIVE = "document.getElementById('state').dataset.state === 'live'"
FEED = "document.querySelector('.feed').innerText"
QUEUE = "document.querySelector('.queue tbody').innerText"


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    if find_chromium() is None:
        print(f"\n{HOW_TO}", file=sys.__stderr__)
        pytest.skip(HOW_TO)
    with serving("uvicorn") as running:
        yield running


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[Browser]:
    with chromium(find_chromium() or "") as running:
        yield running


@pytest.fixture
def tab(server: Server, browser: Browser) -> Iterator[Tab]:
    """Opens the page in a tab with cookies of its own."""
    with browser.tabs() as new_tab:

        def opened() -> Page:
            page = new_tab()
            page.open(f"http://localhost:{server.port}/")
            page.wait_for("!document.getElementById('door').hidden")
            return page

        yield opened


def sign_in(page: Page, email: str, password: str = PASSWORD) -> Page:
    page.ask(f"(email.value = {json.dumps(email)}, password.value = {json.dumps(password)}, login.requestSubmit())")
    return page


def signed_in(tab: Tab, person: Person) -> Page:
    page = sign_in(tab(), person.email)
    page.wait_for(IS_LIVE)
    return page


def open_ticket(page: Page, title: str) -> None:
    page.ask("askForTicket()")
    page.ask(f"(document.getElementById('new-subject').value = {json.dumps(title)}, newForm.requestSubmit())")
    page.wait_for(f"{QUEUE}.includes({json.dumps(title)})")


def go_to(page: Page, title: str) -> None:
    page.wait_for(f"{QUEUE}.includes({json.dumps(title)})")
    page.ask(f"[...document.querySelectorAll('.queue a')].find(a => a.textContent === {json.dumps(title)}).click()")
    page.wait_for("document.querySelector('.compose')")


def write(page: Page, text: str, *, kind: str = "reply") -> None:
    page.ask(f"document.querySelector('.compose input[value={kind}]')?.click()")
    page.ask(f"ticket.parts.text.value = {json.dumps(text)}")
    page.ask("ticket.parts.text.dispatchEvent(new Event('input', {bubbles: true}))")


def send(page: Page) -> None:
    page.ask("document.querySelector('.compose').requestSubmit()")


class TestLivePage:
    def test_a_ticket_goes_from_the_form_to_the_queue_and_a_reply_back(self, tab: Tab, own_desk: Callable[[], Desk]):
        desk = own_desk()
        agent, requester = signed_in(tab, desk.agent), signed_in(tab, desk.user)
        title = "<img src=x onerror=alert(1)> & the rest"
        open_ticket(requester, title)
        go_to(agent, title)
        go_to(requester, title)

        write(agent, "for agents only", kind="note")
        send(agent)
        agent.wait_for("document.querySelector('.said.note')")
        write(agent, "a reply for everybody")
        send(agent)
        requester.wait_for(f"{FEED}.includes('a reply for everybody')")
        agent.ask("ticket.change({status: 'pending'})")
        requester.wait_for("document.querySelector('.controls').innerText.includes('Pending')")

        assert "for agents only" not in requester.ask("document.body.innerText")
        assert agent.ask("document.querySelectorAll('.queue img, .ticket img').length") == 0
        assert agent.problems == requester.problems == []

    def test_a_reply_that_came_meanwhile_is_shown_before_mine_is_sent(self, tab: Tab, own_desk: Callable[[], Desk]):
        desk = own_desk()
        agent, requester = signed_in(tab, desk.agent), signed_in(tab, desk.user)
        open_ticket(requester, "Crossing replies")
        go_to(agent, "Crossing replies")
        go_to(requester, "Crossing replies")

        write(agent, "written too early")
        write(requester, "one more thing")
        send(requester)
        agent.wait_for(f"{FEED}.includes('one more thing')")
        send(agent)
        agent.wait_for("!document.querySelector('.unseen').hidden")
        assert "written too early" not in requester.ask(FEED)
        agent.ask("[...document.querySelectorAll('.unseen button')].at(-1).click()")
        requester.wait_for(f"{FEED}.includes('written too early')")

    def test_a_dropped_line_resumes_without_reading_anew(self, tab: Tab, own_desk: Callable[[], Desk]):
        desk = own_desk()
        agent, requester = signed_in(tab, desk.agent), signed_in(tab, desk.user)
        agent.ask("(line.socket.close(), line.closed(1006), clearTimeout(line.retry))")
        agent.wait_for("document.getElementById('state').dataset.state === 'offline'")
        open_ticket(requester, "While you were away")
        fetches = "performance.getEntriesByType('resource').length"
        before = agent.ask(fetches)
        agent.ask("document.getElementById('state').click()")
        agent.wait_for(f"{QUEUE}.includes('While you were away') && {IS_LIVE}")
        assert agent.ask(fetches) == before

    def test_a_place_that_the_log_no_longer_knows_is_read_anew(self, tab: Tab, own_desk: Callable[[], Desk]):
        agent = signed_in(tab, own_desk().agent)
        real = agent.ask("queue.stream.place.epoch")
        agent.ask("(queue.stream.place.epoch = '00000000-0000-4000-8000-000000000000', line.connect())")
        agent.wait_for(f"queue.stream.place.epoch === '{real}' && {IS_LIVE}")

    def test_somebody_elses_change_is_not_overwritten(self, tab: Tab, own_desk: Callable[[], Desk]):
        desk = own_desk()
        agent = signed_in(tab, desk.agent)
        open_ticket(agent, "Two hands")
        go_to(agent, "Two hands")
        agent.ask("ticket.change({priority: 'high'})")
        agent.ask("(ticket.now.version -= 1, ticket.change({priority: 'low'}))")
        agent.wait_for("document.querySelector('.toast')?.innerText.includes('Somebody changed')")
        assert agent.ask("ticket.now.priority") == "high"

    def test_signed_out_elsewhere_leads_to_the_door(self, tab: Tab, own_desk: Callable[[], Desk]):
        agent = signed_in(tab, own_desk().agent)
        agent.ask("fetch('/api/v1/auth/logout', {method: 'POST'})")
        agent.wait_for("document.getElementById('login-problem').innerText.includes('sign in again')", seconds=40)

    def test_an_address_of_two_tenants_is_asked_which(self, tab: Tab, server: Server, own_desk: Callable[[], Desk]):
        email = "twin@elsewhere.example"
        slugs = sorted(own_desk().ref.slug for _ in range(2))
        for slug in slugs:
            register(server, email=email, tenantSlug=slug)
        page = sign_in(tab(), email)
        page.wait_for("!document.getElementById('choice').hidden")
        assert sorted(page.ask("[...document.querySelectorAll('#choice button')].map(b => b.textContent)")) == slugs
        page.ask("document.querySelector('#choice button').click()")
        page.wait_for(IS_LIVE)

    def test_a_wrong_password_is_told(self, tab: Tab):
        page = sign_in(tab(), "nobody@elsewhere.example", "wrong-password")
        page.wait_for("document.getElementById('login-problem').innerText.length > 0")


def register(server: Server, **body: str) -> None:
    body |= {"password": PASSWORD, "firstName": "Twin", "lastName": "Sister"}
    request = Request(f"http://localhost:{server.port}/api/v1/auth/register", json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 201
