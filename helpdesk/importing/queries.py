"""What of the original service's rows is here already, and what was here and is gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from helpdesk.attachments.models import Attachment
from helpdesk.comments.models import Comment
from helpdesk.events.models import Event
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.webhooks.models import Webhook, WebhookDelivery

MODELS = {
    "User": Person,
    "Ticket": Ticket,
    "Comment": Comment,
    "Attachment": Attachment,
    "Notification": Notification,
    "Webhook": Webhook,
    "WebhookDelivery": WebhookDelivery,
}
"""By the name that the table has there."""


@dataclass(frozen=True, slots=True)
class HereTicket:
    """A ticket that is here: whose it is, when it was made and last changed."""

    id: UUID
    created_by_id: UUID
    created_at: datetime
    updated_at: datetime


def list_here(table: str, ids: Collection[UUID]) -> set[UUID]:
    """Which of these rows are here."""
    return set(MODELS[table]._default_manager.filter(id__in=ids).values_list("id", flat=True))


def list_tickets_here(ids: Collection[UUID]) -> dict[UUID, HereTicket]:
    """Which of these tickets are here."""
    found = Ticket.objects.filter(id__in=ids).values_list("id", "created_by_id", "created_at", "updated_at")
    return {row[0]: HereTicket(*row) for row in found}


def list_told(event_ids: Collection[UUID]) -> set[UUID]:
    """Which of these events are in the log: what they tell of was here, even where it is not any more."""
    return set(Event.objects.filter(id__in=event_ids).values_list("id", flat=True))


def list_addresses_here(emails: Collection[str]) -> dict[str, UUID]:
    """Which of these addresses are somebody's here."""
    return dict(Person.objects.filter(email__in=emails).values_list("email", "id"))


def list_numbers_here(numbers: Collection[int]) -> dict[int, UUID]:
    """Which of these numbers a ticket has here."""
    return dict(Ticket.objects.filter(number__in=numbers).values_list("number", "id"))


def list_roles_here(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """The roles that these people have here; whoever is not here is missing."""
    return dict(Person.objects.filter(id__in=list(person_ids)).values_list("id", "role"))


def count_webhooks_here() -> int:
    """How many endpoints there are."""
    return Webhook.objects.count()
