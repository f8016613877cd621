"""`make bench-delivery`: how fast the courier delivers, beside a bare client that does nothing else.

Webhooks: one endpoint on this machine, in a process of its own, through claim, signature, POST and result; beside
it an httpx loop with as many requests at once. Both take turns in the same run, so the ratio means something
where the figures wander. BENCH_EVENTS sets how many.

Mails: one job of the outbox into a real mail server on this machine, beside a bare smtplib loop.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import socket
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
from django.db import connection

from helpdesk.clock import now
from helpdesk.mail.models import Mail
from helpdesk.people.models import Person
from helpdesk.tickets.actions import create_ticket
from helpdesk.webhooks.actions.again import replay
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.webhooks.actions.filling import fill
from helpdesk.webhooks.models import WebhookDelivery
from helpdesk.webhooks.rules import AT_ONCE
from helpdesk.work import unit_of_work
from tasks.courier.engine import Engine
from tasks.mail import deliver_mail
from tenants import context
from tenants.actions import delete_tenant
from tests.conftest import Desk, make_desk

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000"))
MAILS = EVENTS // 5
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


def prepare(desk: Desk, url: str) -> WebhookDelivery:
    """An endpoint, and a log that waits for it; the first of its deliveries."""
    with context.tenant(desk.ref), unit_of_work():
        create_webhook(desk.admin, fields={"url": url, "events": ["ticket.created"]}, secret=None)
    for _ in range(EVENTS // 100):
        with context.tenant(desk.ref), unit_of_work():
            for number in range(100):
                create_ticket(desk.user, fields={"title": f"Ticket {number}", "description": "It does not work. " * 10})
    with context.tenant(desk.ref), unit_of_work():
        fill()
        return WebhookDelivery.objects.select_related("webhook").earliest("seq")


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
    with receiving() as url, a_desk() as desk:
        first = prepare(desk, url)
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


SINK = """
import sys, threading
from aiosmtpd.controller import Controller
class Handler:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
controller = Controller(Handler(), hostname="127.0.0.1", port=0)
controller.start()
print(controller.server.sockets[0].getsockname()[1], flush=True)
threading.Event().wait()
"""


@contextmanager
def smtp_sink() -> Iterator[int]:
    """The port of a mail server that takes everything."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SINK.replace("port=0", f"port={port}")], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield port
    finally:
        process.kill()
        process.wait()


def by_the_outbox(desk: Desk) -> float:
    """Mails a second, from the row to the sink and back to the row."""
    with context.tenant(desk.ref), unit_of_work():
        Mail.objects.update(state="pending", attempts=0, due_at=now())
    begun = time.perf_counter()
    while deliver_mail(str(desk.ref.id)):
        pass  # a job ends after a few claims, for others to have their turn
    with context.tenant(desk.ref), unit_of_work():
        assert not Mail.objects.exclude(state="sent").exists()
        return Mail.objects.count() / (time.perf_counter() - begun)


def by_smtplib(port: int, message: str) -> float:
    """Mails a second of a loop that does nothing else, over one connection."""
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for _ in range(MAILS):
            smtp.sendmail("help@localhost", ["user@acme.example"], message)
    return MAILS / (time.perf_counter() - begun)


def bench_mails() -> None:
    with smtp_sink() as port, a_desk() as desk:
        settings.MAIL_BACKEND = "smtp"
        settings.MAIL_BACKEND_CLASS = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        with context.tenant(desk.ref), unit_of_work():
            Person.objects.update(email_confirmed_at=now())
            ticket = create_ticket(desk.user, fields={"title": "The VPN drops", "description": "It does. " * 20})
            mails = [
                Mail(person=desk.user, event_id=uuid4(), kind="ticket_received", ticket_id=ticket.id)
                for _ in range(MAILS)
            ]
            Mail.objects.bulk_create(mails)
        rates: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            rates.append((by_the_outbox(desk), by_smtplib(port, "Subject: x\r\n\r\n" + "It does.\r\n" * 300)))
            print(
                f"  round {number + 1}: outbox {rates[-1][0]:6.0f}/s   bare smtplib {rates[-1][1]:6.0f}/s", flush=True
            )
    ratio = statistics.median(ours / bare for ours, bare in rates)
    print(f"mails, {MAILS}, one job: {ratio:.2f} of bare smtplib")


@contextmanager
def a_desk() -> Iterator[Desk]:
    """One that is gone afterwards."""
    with context.platform(direct=True):
        call_command("migrate_hub", verbosity=0)
        desk = make_desk(f"bench-{uuid4().hex[:8]}")
        try:
            yield desk
        finally:
            connection.close()
            delete_tenant(desk.ref.id, confirm=desk.ref.slug)


def main() -> int:
    bench_webhooks()
    bench_mails()
    return 0


if __name__ == "__main__":
    sys.exit(main())
