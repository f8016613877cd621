"""A desk's endpoints: made, fed and looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from helpdesk.clock import now
from helpdesk.tickets.actions import create_ticket
from helpdesk.webhooks.actions import endpoints
from helpdesk.webhooks.models import Webhook, WebhookDelivery
from helpdesk.webhooks.queries import next_due
from helpdesk.work import unit_of_work
from tasks.courier.engine import Engine
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.log import execute
from tests.tasks.courier import dispatch, until


def work(desk: Desk, fn: Callable[[], Any]) -> Any:
    with context.tenant(desk.ref), unit_of_work():
        return fn()


def endpoint(desk: Desk, url: str, *, secret: str | None = None, **fields: Any) -> Webhook:
    wanted = {"url": url, "events": ["*"]} | fields
    made: Webhook = work(desk, lambda: endpoints.create_webhook(desk.admin, fields=wanted, secret=secret)[0])
    return made


def open_ticket(desk: Desk, title: str = "The VPN drops") -> UUID:
    made: UUID = work(desk, lambda: create_ticket(desk.user, fields={"title": title})).id
    return made


def deliveries(desk: Desk, webhook: Webhook) -> list[WebhookDelivery]:
    found: list[WebhookDelivery] = work(
        desk, lambda: list(WebhookDelivery.objects.filter(webhook=webhook).order_by("seq", "id"))
    )
    return found


def states(desk: Desk, webhook: Webhook) -> list[str]:
    return [one.state for one in deliveries(desk, webhook)]


def reload(desk: Desk, webhook: Webhook) -> Webhook:
    found: Webhook = work(desk, lambda: Webhook.objects.get(id=webhook.id))
    return found


def deliver(desk: Desk, engine: Engine) -> None:
    """What the jobs do: dispatch, ring, and wait until the courier rests."""
    dispatch(desk)
    engine.ring(desk.ref)
    # In this order: what was claimed just now is not due, and then it is being served.
    until(lambda: due_in_s(desk) > 0 and desk.ref.id not in engine._serving, "the courier does not come to rest")


def due_in_s(desk: Desk) -> float:
    at = work(desk, next_due)
    return float("inf") if at is None else (at - now()).total_seconds()


def make_due(desk: Desk, webhook: Webhook) -> None:
    execute(desk.ref, "UPDATE webhook SET not_before = NULL WHERE id = %s", webhook.id)
    due = "UPDATE webhook_delivery SET due_at = %s WHERE webhook_id = %s AND state = 'pending'"
    execute(desk.ref, due, now(), webhook.id)
