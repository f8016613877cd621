"""`make screenshots`: the pages of the console as they are, into docs/screenshots/, from a desk that is made for it."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import time_machine
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright

from config.embedded import console
from config.env import ROOT
from helpdesk.clock import now
from helpdesk.comments.actions import add_comment
from helpdesk.people.actions import change_person
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.work import unit_of_work
from tenants import context
from tenants.actions import delete_tenant
from tests.browser.conftest import FLAGS, HOW_TO, find_chromium
from tests.conftest import PASSWORD, Desk, make_desk
from tests.realtime.live import serving
from tests.tasks.courier import dispatch

FOLDER = ROOT / "docs" / "screenshots"
SLUG = "lumen"
WIDE, PHONE = (1440, 900), (390, 844)
SETTLED_MS = 1200
FIGURES = "/analytics"
LIVED_DAYS = 62
NAMES = {
    "admin": ("Grace", "Hopper"),
    "agent": ("Sam", "Okafor"),
    "ada": ("Ada", "Lovelace"),
    "user": ("Uma", "Lindqvist"),
    "other_user": ("José", "Álvarez"),
}
TICKETS = [
    ("VPN drops every ten minutes", "high", "pending", ["vpn", "network"], "user", "agent"),
    ("Payment page shows an error after the second try", "urgent", "open", ["payments"], "other_user", None),
    ("New laptop for a colleague who begins on the first", "medium", "in_progress", ["hardware"], "user", "ada"),
    ("The printer on floor 3 prints in pink only", "low", "open", ["printer"], "other_user", None),
    ("Cannot open the shared calendar", "medium", "resolved", ["calendar"], "user", "ada"),
    ("Invoices of October are in the wrong currency", "high", "open", ["payments", "billing"], "other_user", "agent"),
    ("Please add Mei to the design team's drive", "low", "open", ["accounts"], "user", None),
    ("Two-factor code does not arrive by text message", "urgent", "in_progress", ["accounts"], "other_user", "agent"),
    ("Meeting room Oslo: the screen stays black", "medium", "open", ["hardware", "rooms"], "user", None),
    ("Mail to our partner comes back as undeliverable", "high", "open", ["mail"], "other_user", "ada"),
    ("Export of last quarter's numbers is missing rows", "medium", "pending", ["reports"], "user", "agent"),
    ("Wi-Fi in the warehouse is slow in the afternoon", "low", "open", ["network"], "other_user", None),
    ("Password of the till at the Berlin shop", "medium", "resolved", ["accounts"], "user", "agent"),
    ("The website says that our certificate has expired", "urgent", "open", ["web"], "other_user", "ada"),
]


WEBHOOKS = [
    ("https://status.lumen.example/hooks/tickets", "The status page", ["ticket.created", "ticket.updated"]),
    ("https://chat.lumen.example/in/helpdesk", "The helpdesk's room in the chat", ["comment.added"]),
]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks at what, and what they do before."""

    name: str
    person: str | None
    path: str
    size: tuple[int, int] = WIDE
    dark: bool = False
    keys: tuple[str, ...] = ()
    locale: str = "en-GB"


def shots(ticket: UUID) -> list[Shot]:
    return [
        Shot("sign-in", None, "/"),
        Shot("queue", "agent", "/search/"),
        Shot("queue-dark", "agent", "/search/", dark=True),
        Shot("queue-phone", "agent", "/search/", PHONE),
        Shot("bulk", "agent", "/search/", keys=("j", "x", "j", "x", "j", "x")),
        Shot("palette", "agent", "/search/", keys=("Control+k",)),
        Shot("ticket", "agent", f"/tickets/{ticket}"),
        Shot("ticket-dark", "agent", f"/tickets/{ticket}", dark=True),
        Shot("ticket-phone", "agent", f"/tickets/{ticket}", PHONE),
        Shot("ticket-arabic", "agent", f"/tickets/{ticket}", locale="ar"),
        Shot("new-ticket", "agent", "/search/", keys=("c",)),
        Shot("notifications", "agent", "/notifications"),
        Shot("settings-users", "admin", "/settings/users"),
        Shot("settings-webhooks", "admin", "/settings/webhooks"),
        Shot("settings-audit", "admin", "/settings/audit"),
        Shot("settings-templates", "admin", "/settings/templates"),
        Shot("portal", "user", "/"),
        Shot("portal-ticket-phone", "user", f"/tickets/{ticket}", PHONE),
        # At last: before these the desk lives through two months.
        Shot("analytics", "admin", FIGURES, (1440, 1240)),
        Shot("analytics-dark", "admin", FIGURES, (1440, 1240), dark=True),
        Shot("analytics-phone", "admin", FIGURES, (390, 1800)),
    ]


def furnish(desk: Desk) -> UUID:
    """People with names and tickets with a past; the id of the one to look at."""
    people = {word: getattr(desk, word) for word in NAMES}
    for word, (first, last) in NAMES.items():
        with context.tenant(desk.ref), unit_of_work():
            change_person(desk.admin, people[word].id, fields={"first_name": first, "last_name": last})
            people[word].refresh_from_db()
    _webhooks(desk)
    ids = [_ticket(desk, *ticket) for ticket in TICKETS]
    talked_about = ids[0]
    said = [
        ("agent", "Thank you for telling us. Which client version do you use, and does it happen by cable too?", False),
        ("ada", "Same symptom as after last month's update of the gateway. Rolling it back helped then.", True),
        ("user", "Version 5.2, and only by Wi-Fi. By cable it stays for hours.", False),
        ("agent", "Then it is the keep-alive of the gateway: we have set it back. Would you try once more?", False),
    ]
    for word, text, is_internal in said:
        with context.tenant(desk.ref), unit_of_work():
            person = Person.objects.get(id=people[word].id)
            add_comment(person, talked_about, content=text, is_internal=is_internal)
    return talked_about


def _webhooks(desk: Desk) -> None:
    for url, description, events in WEBHOOKS:
        with context.tenant(desk.ref), unit_of_work():
            create_webhook(desk.admin, fields={"url": url, "description": description, "events": events}, secret=None)


def _ticket(
    desk: Desk, title: str, priority: str, status: str, tags: list[str], requester: str, assignee: str | None
) -> UUID:
    fields: dict[str, Any] = {"title": title}
    fields["description"] = (
        "It began on Monday, and since then it happens several times a day. Nothing else has changed."
    )
    with context.tenant(desk.ref), unit_of_work():
        made = create_ticket(Person.objects.get(id=getattr(desk, requester).id), fields=fields)
        changed: dict[str, Any] = {"status": status, "priority": priority, "tags": tags}
        if assignee:
            changed["assigned_to_id"] = getattr(desk, assignee).id
        change_ticket(desk.admin, UUID(str(made.id)), fields=changed)
    return UUID(str(made.id))


def live_through(desk: Desk) -> None:
    """Two months of tickets: fewer at weekends; answered, resolved and some of them reopened."""
    chance, staff = random.Random(2), [desk.agent, desk.ada]
    once, again = [("resolved", 30)], [("open", 9), ("resolved", 20)]
    todo: list[tuple[datetime, Callable[[], object]]] = []
    end = now()
    for day in range(LIVED_DAYS):
        morning = (end - timedelta(days=LIVED_DAYS - day)).replace(hour=8)
        for _ in range(chance.randrange(1, 3) if morning.weekday() > 4 else chance.randrange(4, 9)):
            title, priority, _, tags, *_ = chance.choice(TICKETS)
            person, at = chance.choice(staff), morning + timedelta(minutes=chance.randrange(600))
            fields = {"title": title, "priority": priority, "tags": tags, "assigned_to_id": person.id}
            ids: list[UUID] = []
            todo.append((at, partial(_open, desk, fields, ids)))
            at += timedelta(minutes=chance.expovariate(1 / (60 + day)))
            todo.append((at, partial(_reply, person, ids)))
            for status, hours in chance.choice(([], *[once] * 9, once + again)):
                at += timedelta(hours=chance.expovariate(1 / hours))
                todo.append((at, partial(_change, person, ids, {"status": status})))
    for at, step in sorted(todo, key=lambda one: one[0]):
        if at < end:
            with time_machine.travel(at, tick=False), context.tenant(desk.ref), unit_of_work():
                step()


def _open(desk: Desk, fields: dict[str, Any], ids: list[UUID]) -> None:
    ids.append(create_ticket(desk.admin, fields=fields | {"requester_id": desk.user.id}).id)


def _reply(person: Person, ids: list[UUID]) -> None:
    add_comment(person, ids[0], content="We are looking into it.", is_internal=False)


def _change(person: Person, ids: list[UUID], fields: dict[str, Any]) -> None:
    change_ticket(person, ids[0], fields=fields)


def take(browser: Browser, port: int, desk: Desk, shot: Shot) -> None:
    context_ = browser.new_context(
        base_url=f"http://localhost:{port}",
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme="dark" if shot.dark else "light",
        locale=shot.locale,
        reduced_motion="reduce",
    )
    if shot.person:
        email = getattr(desk, shot.person).email
        assert context_.request.post("/api/v1/auth/login", data={"email": email, "password": PASSWORD}).ok
    page: Page = context_.new_page()
    page.goto(f"/#{shot.path}")
    page.wait_for_timeout(SETTLED_MS)
    for key in shot.keys:
        page.keyboard.press(key)
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context_.close()
    print(shot.name, flush=True)


def main() -> int:
    if find_chromium() is None:
        print(HOW_TO)
        return 1
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's calls wait in a loop of this thread
    wanted = set(sys.argv[1:])
    console.build()
    lived = False
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk(SLUG)
        try:
            ticket = furnish(desk)
            dispatch(desk)
            with (
                serving("uvicorn", HUB_RATE_LIMITING="off", HUB_LOG_LEVEL="ERROR") as server,
                sync_playwright() as play,
            ):
                browser = play.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                chosen = [shot for shot in shots(ticket) if not wanted or shot.name in wanted]
                for shot in sorted(chosen, key=lambda one: one.path == FIGURES):
                    if shot.path == FIGURES and not lived:
                        live_through(desk)
                        lived = True
                    take(browser, server.port, desk, shot)
                browser.close()
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)
    return 0


if __name__ == "__main__":
    sys.exit(main())
