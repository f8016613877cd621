"""Writes the bench's events: here, or in a web server that was started with HUB_TEST_WRITER, where requests are served.

HUB_TEST_WRITER names a unix socket, on which the server waits for one who asks at a time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener

from django.db import transaction

from helpdesk.events.catalogue import TicketUpdated
from helpdesk.events.log import record
from helpdesk.events.payloads import TicketPayload
from helpdesk.people.models import Person
from helpdesk.work import unit_of_work
from tenants import context


@dataclass(frozen=True, slots=True)
class Writing:
    """So many changes of the title of one ticket, in one unit of work; their seqs begin with `first`."""

    tenant: context.TenantRef
    actor: Person
    ticket: TicketPayload
    first: int
    count: int


def write(asked: Writing) -> dict[int, float]:
    """By seq: microseconds from the moment that the event's text names (t0) to its commit."""
    begun: dict[int, int] = {}
    committed: list[int] = []
    with context.tenant(asked.tenant), unit_of_work():
        # Stands before the bell, which is put there when the unit ends.
        transaction.on_commit(lambda: committed.append(time.monotonic_ns()))
        for seq in range(asked.first, asked.first + asked.count):
            begun[seq] = now = time.monotonic_ns()
            title = f"The VPN drops t0={now}"
            changed = asked.ticket.model_copy(update={"title": title})
            record(asked.actor, TicketUpdated(ticket=changed, changes={"title": ("The VPN drops", title)}))
    return {seq: (committed[0] - now) / 1000 for seq, now in begun.items()}


def write_there(path: str, asked: Writing) -> dict[int, float]:
    """As `write`, in the server."""
    with Client(path, "AF_UNIX") as line:
        line.send(asked)
        written: dict[int, float] = line.recv()
        return written


def serve_writings(path: str) -> None:
    """In the server: from a thread, as requests are."""
    threading.Thread(target=_serve, args=[path], daemon=True).start()


def _serve(path: str) -> None:
    with Listener(path, "AF_UNIX") as listener:
        while True:
            with listener.accept() as line:
                line.send(write(line.recv()))
