"""What stands on the desk before somebody looks at it in a browser: committed, so that the server sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from helpdesk.comments.actions import add_comment
from helpdesk.events.payloads import TicketPayload
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.conftest import Desk


def opened(desk: Desk, *titles: str, **fields: Any) -> list[TicketPayload]:
    """Tickets of the desk's requester, opened one after the other; the last is the newest."""
    by = desk.agent if fields else desk.user
    with context.tenant(desk.ref), unit_of_work():
        common = {"description": "It began on Monday.", "requester_id": desk.user.id} | fields
        return [create_ticket(by, fields={"title": title} | common) for title in titles]


def said(desk: Desk, ticket: TicketPayload, person: Person, text: str, *, is_internal: bool = False) -> None:
    with context.tenant(desk.ref), unit_of_work():
        add_comment(person, ticket.id, content=text, is_internal=is_internal)


def eventually(is_so: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Wait for the server: what a page shows may be ahead of what is saved."""
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
