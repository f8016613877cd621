"""`make bench-delivery`: how fast the courier delivers, beside a bare client that does nothing else.

Webhooks: one endpoint on this machine, in a process of its own, through claim, signature, POST and result; beside
it an httpx loop with as many requests at once. Both take turns in the same run, so the ratio means something
where the figures wander. BENCH_EVENTS sets how many.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from uuid import uuid4

import httpx
from django.conf import settings
from django.core.management import call_command

from helpdesk.tickets.actions import create_ticket
from helpdesk.webhooks.actions.again import replay
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.actions.tries import AT_ONCE
from helpdesk.webhooks.models import WebhookDelivery
from helpdesk.work import unit_of_work
from tasks.courier.engine import Engine
from tenants import context
from tests.conftest import Desk, make_desk

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000"))
ROUNDS = 3
settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)

RECEIVER = """
import asyncio
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def receiving() -> Iterator[str]:
    """Its URL."""
    process = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/hook"
    finally:
        process.kill()
        process.wait()


def prepare(url: str) -> tuple[Desk, WebhookDelivery]:
    """A desk with an endpoint, and a log that waits for it; one of its deliveries, for its size."""
    call_command("migrate_hub", verbosity=0)
    desk = make_desk(f"bench-{uuid4().hex[:8]}")
    with context.tenant(desk.ref), unit_of_work():
        create_webhook(desk.admin, fields={"url": url, "events": ["ticket.created"]}, secret=None)
    for _ in range(EVENTS // 100):
        with context.tenant(desk.ref), unit_of_work():
            for number in range(100):
                create_ticket(desk.user, fields={"title": f"Ticket {number}", "description": "It does not work. " * 10})
    with context.tenant(desk.ref), unit_of_work():
        fill()
        return desk, WebhookDelivery.objects.select_related("webhook").earliest("seq")


def by_the_courier(engine: Engine, desk: Desk, first: WebhookDelivery) -> float:
    """Deliveries a second."""
    with context.tenant(desk.ref), unit_of_work():
        replay(desk.admin, first.webhook_id, since_seq=first.seq)
    begun = time.perf_counter()
    engine.ring(desk.ref)
    while True:
        with context.tenant(desk.ref), unit_of_work():
            delivered = WebhookDelivery.objects.filter(state="delivered", attempts__gt=first.attempts).count()
            if delivered >= EVENTS:
                return EVENTS / (time.perf_counter() - begun)
        time.sleep(0.05)


async def by_httpx(url: str, body: bytes) -> float:
    """Requests a second of a loop that does nothing else."""
    left = iter(range(EVENTS))

    async def worker(client: httpx.AsyncClient) -> None:
        for _ in left:
            (await client.post(url, content=body, headers={"Content-Type": "application/json"})).raise_for_status()

    begun = time.perf_counter()
    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(worker(client) for _ in range(AT_ONCE)))
    return EVENTS / (time.perf_counter() - begun)


def bench_webhooks() -> None:
    with receiving() as url, context.platform(direct=True):
        desk, first = prepare(url)
        engine = Engine()
        body = b"x" * 1200
        rates: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            with context.tenant(desk.ref), unit_of_work():
                first.refresh_from_db()
            rates.append((by_the_courier(engine, desk, first), asyncio.run(by_httpx(url, body))))
            print(f"  round {number + 1}: courier {rates[-1][0]:6.0f}/s   bare httpx {rates[-1][1]:6.0f}/s", flush=True)
        engine.stop()
    ratio = statistics.median(ours / bare for ours, bare in rates)
    print(f"webhooks, {EVENTS} events, {AT_ONCE} at once: {ratio:.2f} of bare httpx (goal: at least 0.50)")


def main() -> int:
    bench_webhooks()
    return 0


if __name__ == "__main__":
    sys.exit(main())
