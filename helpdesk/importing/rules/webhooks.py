"""Webhooks and their deliveries as ours. Pure: what an operator allows is given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from helpdesk.events.catalogue import ORIGINAL_NAMES
from helpdesk.importing.rules.values import (
    Notes,
    NotNeeded,
    NotTaken,
    Row,
    id_of,
    is_deleted,
    moment_of,
    note_id,
    quoted,
    text_of,
)
from helpdesk.webhooks.addresses import BadUrl, Network, read_url, require_outside
from helpdesk.webhooks.rules import DeliveryState, is_event_name
from helpdesk.webhooks.signing import is_usable

MOST_DESCRIPTION, MOST_TYPE, MOST_ERROR, MOST_ANSWER, MOST_EVENTS = 500, 60, 300, 20_000, 50
MOST_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """An endpoint as it will stand here."""

    id: UUID
    source_id: str
    url: str
    events: list[str]
    description: str
    secret: str
    is_active: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What was delivered, or was not: it is over in either case. `answer` is the beginning of what came back."""

    id: UUID
    webhook_id: UUID
    type: str
    state: str
    attempts: int
    status: int | None
    answer: str
    created_at: datetime
    delivered_at: datetime | None


def webhook_of(row: Row, *, allowed: Collection[Network], now: datetime, notes: Notes) -> NewWebhook:
    """The endpoint of a row. Raises NotTaken."""
    if is_deleted(row):
        raise NotNeeded("it was deleted there")
    url, secret = str(row.get("url") or "").strip(), str(row.get("secret") or "")
    try:
        require_outside(read_url(url), allowed)
    except BadUrl as bad:
        hint = ", unless WEBHOOK_ALLOWED_NETWORKS has it" if bad.code == "address_refused" else ""
        raise NotTaken(f"nothing is sent to its URL{hint}: {bad}") from bad
    if not is_usable(secret):
        raise NotTaken("its secret is shorter than 8 characters, or longer than 256: nothing can be signed with it")
    created_at = moment_of(row.get("createdAt"), otherwise=now, now=now)
    return NewWebhook(
        id=note_id(row, notes),
        source_id=str(row["id"]),
        url=url,
        events=_events_of(row.get("events"), notes),
        description=text_of(row.get("description"), name="description", most=MOST_DESCRIPTION, notes=notes),
        secret=secret,
        is_active=row.get("isActive") is not False,
        created_at=created_at,
        updated_at=max(created_at, moment_of(row.get("updatedAt"), otherwise=created_at, now=now)),
    )


def delivery_of(row: Row, *, kept_for: timedelta, now: datetime) -> NewDelivery:
    """The delivery of a row, for as long as deliveries are kept. Raises NotTaken."""
    created_at = moment_of(row.get("createdAt"), otherwise=now, now=now)
    if created_at < now - kept_for:
        raise NotNeeded(f"it is older than the {kept_for.days} days for which deliveries are kept")
    name, succeeded = str(row.get("event") or ""), row.get("success") is True
    return NewDelivery(
        id=id_of(row["id"]),
        webhook_id=id_of(row["webhookId"]),
        type=ORIGINAL_NAMES.get(name, name)[:MOST_TYPE],
        state=(DeliveryState.DELIVERED if succeeded else DeliveryState.FAILED).value,
        attempts=_count(row.get("attempts")) or 0,
        status=_count(row.get("statusCode")),
        answer=str(row.get("response") or "")[:MOST_ANSWER],
        created_at=created_at,
        delivered_at=moment_of(row.get("deliveredAt"), otherwise=created_at, now=now) if succeeded else None,
    )


def _events_of(value: Any, notes: Notes) -> list[str]:
    """Their names; an array of an enum may come as PostgreSQL writes it."""
    given = value.strip("{}").split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    names = list(dict.fromkeys(str(name).strip().strip('"') for name in given))
    kept = [name for name in names if is_event_name(name)][:MOST_EVENTS]
    if not kept:
        raise NotTaken("it is told of no event that there is here")
    for name in names:
        if name not in kept:
            notes.add(f"its event {quoted(name)} was left out: there is none of this name here")
    return kept


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNT else None
