"""The hub in the fan-out bench: a web server of its own, agents' sockets on `queue`, real events in the log."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from uuid import uuid4

import orjson
from django.core.management import call_command
from django.db import connection

from helpdesk.events.payloads import TicketPayload
from helpdesk.events.queries import get_head, get_row
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from realtime.audience import STAFF
from realtime.encoding import EncodedRow
from tenants import context
from tenants.actions import delete_tenant
from tests.bench.fanout_sockets import Door
from tests.bench.fanout_writer import Writing, write, write_there
from tests.conftest import Desk, make_desk, token_for
from tests.realtime.live import Server, serving

DESCRIPTION = "Since this morning the VPN drops every ten minutes. " * 6

SETTINGS = {
    "HUB_TEST_BEAT_S": "25",
    "HUB_RATE_LIMITING": "off",
    "HUB_MOST_SOCKETS_PERSON": "0",
    "HUB_LOG_LEVEL": "WARNING",
}
"""As in earnest, but that two people may have thousands of sockets."""


class Hub:
    """See the module. `waited_us`: by seq, from the moment that an event's text names to its commit."""

    name = "hub"

    def __init__(self, desk: Desk, server: Server, line: str = "") -> None:
        """`line`: the server's HUB_TEST_WRITER, where it writes itself."""
        self.desk, self.server, self._line = desk, server, line
        self.waited_us: dict[int, float] = {}
        self._ticket = self._open_ticket()
        self._seq = self._last_seq()
        self._tokens = [token_for(desk, person) for person in (desk.agent, desk.ada)]
        self.door = Door(
            server.port,
            "/ws/v1",
            headers=[f"Sec-WebSocket-Protocol: hub.v1, bearer.{token}" for token in self._tokens],
            say='{"type":"subscribe","stream":"queue"}',
            until='"subscribed"',
        )

    @property
    def process_id(self) -> int:
        return self.server.process.pid

    def publish(self, count: int) -> None:
        """Write so many events to the log in one unit of work, as a worker does: in another process."""
        self.waited_us |= write(self._writing(count))

    def publish_there(self, count: int) -> None:
        """The same in the web server, where requests are written."""
        self.waited_us |= write_there(self._line, self._writing(count))

    def _writing(self, count: int) -> Writing:
        first = self._seq + 1
        self._seq += count
        return Writing(self.desk.ref, self.desk.agent, self._ticket, first, count)

    def post(self, client: http.client.HTTPConnection) -> float:
        """Open a ticket over REST: microseconds from the moment that its title names to the answer."""
        begun = time.monotonic_ns()
        title = f"The VPN drops t0={begun}"
        headers = {"Authorization": f"Bearer {self._tokens[0]}", "Content-Type": "application/json"}
        client.request("POST", "/api/v1/tickets", orjson.dumps({"title": title, "description": DESCRIPTION}), headers)
        answer = client.getresponse()
        waited = (time.monotonic_ns() - begun) / 1000
        assert answer.status == 201, answer.read()
        answer.read()
        self._seq = self._last_seq()
        return waited

    def template(self) -> str:
        """The newest event as its sockets get it, with places for `seq`, `prev` and `now` (t0)."""
        with context.tenant(self.desk.ref), unit_of_work():
            row = get_row(self._seq)
        assert row is not None
        text = EncodedRow(row).frame("queue", STAFF[0], prev=row.seq - 1).text.decode().replace("%", "%%")
        text = text.replace(f'"seq":{row.seq},"prev":{row.seq - 1}', '"seq":%(seq)d,"prev":%(prev)d')
        return re.sub(r"t0=\d+", "t0=%(now)d", text)

    def _open_ticket(self) -> TicketPayload:
        with context.tenant(self.desk.ref), unit_of_work():
            return create_ticket(self.desk.user, fields={"title": "The VPN drops", "description": DESCRIPTION})

    def _last_seq(self) -> int:
        with context.tenant(self.desk.ref), unit_of_work():
            return get_head().last_seq


@contextmanager
def the_hub() -> Iterator[Hub]:
    """With a tenant that is gone afterwards."""
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk(f"bench-{uuid4().hex[:8]}")
        try:
            with TemporaryDirectory() as folder:
                line = f"{folder}/writer"
                with serving("uvicorn", **SETTINGS, HUB_TEST_WRITER=line) as server:
                    yield Hub(desk, server, line)
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)
