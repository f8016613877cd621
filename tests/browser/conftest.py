"""A real browser on a real server: Debian's Chromium, driven by Playwright; each person has a context of their own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from config.embedded import console
from helpdesk.people.models import Person
from tests.conftest import PASSWORD, Desk
from tests.realtime.live import Server, serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO = "No Chromium here: the browser tests are skipped. Install one (apt-get install chromium) and run them again."
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
AWAY = (
    "net::ERR_",
    "WebSocket connection to",
    "status of 400",
    "status of 401",
    "status of 409",
    "status of 412",
    "status of 404",
)
"""What Chromium itself writes to the console where the network or a status is what the page deals with."""


def find_chromium() -> str | None:
    """The program's path, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Tab:
    """A page of somebody, with what went wrong in it: exceptions, errors, refusals of its policy."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def hear(self) -> None:
        def write(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(word in message.text for word in AWAY):
                self.problems.append(message.text)

        self.page.on("console", write)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))


Visit = Callable[..., Tab]

PATIENCE_MS = 20_000
"""Before something that is waited for counts as missing: a machine may have more to do than this."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    if find_chromium() is None:
        print(f"\n{HOW_TO}", file=sys.__stderr__)
        pytest.skip(HOW_TO)
    console.build()
    with serving("uvicorn", HUB_RATE_LIMITING="off") as running:
        yield running


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's calls wait in a loop of this thread, which Django takes for a program that is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(server: Server, browser: Browser, own_desk: Callable[..., Desk]) -> Iterator[Visit]:
    """`visit(person, path="/")`: the page as this person has it, or nobody; what it takes else goes to the context.

    At the end nothing may have gone wrong in any of them. They are closed before the desks are taken away.
    """
    tabs: list[Tab] = []
    with ExitStack() as contexts:

        def visit(person: Person | None = None, path: str = "/", **options: object) -> Tab:
            base = f"http://localhost:{server.port}"
            made: BrowserContext = browser.new_context(**{"locale": "en-GB", "base_url": base} | options)  # type: ignore[arg-type]
            contexts.callback(made.close)
            made.set_default_timeout(PATIENCE_MS)
            if person is not None:
                answer = made.request.post("/api/v1/auth/login", data={"email": person.email, "password": PASSWORD})
                assert answer.ok, answer.text()
            tab = Tab(made.new_page())
            tab.hear()
            tabs.append(tab)
            tab.page.goto(f"/#{path}")
            return tab

        yield visit
        assert [problem for tab in tabs for problem in tab.problems] == []
