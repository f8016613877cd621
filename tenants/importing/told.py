"""Whom the original told: webhooks with what was delivered to them, and people's notifications."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from helpdesk.importing.actions.notifications import take_notifications
from helpdesk.importing.actions.webhooks import take_deliveries, take_webhooks
from helpdesk.importing.queries import count_webhooks_here, list_here, list_told
from helpdesk.importing.rules.notifications import NewNotification, notification_of, ticket_named
from helpdesk.importing.rules.values import Known, Notes, NotTaken, Row, id_of, made_id, words_in
from helpdesk.importing.rules.webhooks import NewDelivery, NewWebhook, delivery_of, webhook_of
from helpdesk.webhooks.actions.endpoints import MOST_ENDPOINTS
from tenants.importing.run import DELETED_HERE, Run

RECENT = timedelta(days=30)
"""Deliveries that are older are not taken."""
OLDER = "it is older than the import that was finished here, and may have been deleted since"


def import_webhooks(run: Run) -> None:
    """As many as a desk may have."""
    for rows in run.source.pages("Webhook", run.tenant_id):
        if webhooks := _webhooks(run, rows):
            run.write(lambda _, found=webhooks: take_webhooks(found))
        run.step(len(rows))


def import_deliveries(run: Run) -> None:
    """What was delivered in the last thirty days, or was not."""
    for rows in run.source.pages("WebhookDelivery", run.tenant_id):
        if deliveries := _deliveries(run, rows):
            run.write(lambda _, found=deliveries: take_deliveries(found))
        run.step(len(rows))


def import_notifications(run: Run) -> None:
    """Of tickets that were taken, read or unread."""
    for rows in run.source.pages("Notification", run.tenant_id):
        if notifications := _notifications(run, rows):
            run.write(lambda _, found=notifications: take_notifications(found))
        run.step(len(rows))


def _webhooks(run: Run, rows: list[Row]) -> list[NewWebhook]:
    new = _new(run, "Webhook", rows)
    told = run.ask(list_told, [made_id(row["id"], "webhook.created") for row in new], otherwise=set[UUID]())
    room = MOST_ENDPOINTS - run.ask(count_webhooks_here, otherwise=0)
    found: list[NewWebhook] = []
    for row in new:
        full = len(found) >= room
        webhook = run.take("Webhook", row, lambda notes, row=row, full=full: _webhook(run, row, told, notes, full=full))
        found += [webhook] if webhook else []
    return found


def _deliveries(run: Run, rows: list[Row]) -> list[NewDelivery]:
    webhooks = run.taken_of("Webhook", {str(row["webhookId"]) for row in rows})
    new = _new(run, "WebhookDelivery", rows)
    found = [run.take("WebhookDelivery", row, lambda _, row=row: _delivery(run, row, webhooks)) for row in new]
    return [delivery for delivery in found if delivery]


def _notifications(run: Run, rows: list[Row]) -> list[NewNotification]:
    new = _new(run, "Notification", rows)
    named = {str(row["userId"]) for row in new}.union(*(words_in(row.get("data")) for row in new))
    known, tickets = run.known(named), run.taken_of("Ticket", {ticket_named(row) for row in new})
    found = [
        run.take("Notification", row, lambda notes, row=row: _notification(run, row, known, tickets, notes))
        for row in new
    ]
    return [one for one in found if one]


def _new(run: Run, table: str, rows: list[Row]) -> list[Row]:
    here = run.ask(list_here, table, [id_of(row["id"]) for row in rows], otherwise=set[UUID]())
    new = [row for row in rows if id_of(row["id"]) not in here]
    run.report.here(table, len(rows) - len(new))
    return new


def _webhook(run: Run, row: Row, told: set[UUID], notes: Notes, *, full: bool) -> NewWebhook:
    if made_id(row["id"], "webhook.created") in told:
        raise NotTaken(DELETED_HERE)
    if full:
        raise NotTaken(f"a desk has at most {MOST_ENDPOINTS} webhooks")
    return webhook_of(row, allowed=settings.WEBHOOK_ALLOWED_NETWORKS, now=run.now, notes=notes)


def _delivery(run: Run, row: Row, webhooks: set[str]) -> NewDelivery:
    if str(row["webhookId"]) not in webhooks:
        raise NotTaken("its webhook was not taken")
    return delivery_of(row, kept_for=RECENT, now=run.now)


def _notification(run: Run, row: Row, known: Known, tickets: set[str], notes: Notes) -> NewNotification:
    found = notification_of(row, known=known, tickets=tickets, choices=run.choices, now=run.now, notes=notes)
    if run.here and run.here.finished_at and found.created_at < run.here.finished_at:
        raise NotTaken(OLDER)
    return found
