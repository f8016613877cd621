"""What the webhooks' endpoints take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from helpdesk.events.payloads import WebhookPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Moment, Shape
from helpdesk.webhooks import signing
from helpdesk.webhooks.addresses import LONGEST_URL
from helpdesk.webhooks.rules import DeliveryState, is_event_name


def _known(name: str) -> str:
    if not is_event_name(name):
        raise ValueError("There is no event of this name that a webhook may have; * names all there are.")
    return name


def _usable(secret: str) -> str:
    if not signing.is_usable(secret):
        raise ValueError("8 to 256 characters, or whsec_ and the base64 of 8 to 256 bytes.")
    return secret


def _distinct(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_URL)]
EventName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_known)]
EventNames = Annotated[list[EventName], Field(min_length=1, max_length=50), AfterValidator(_distinct)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Secret = Annotated[str, StringConstraints(min_length=8, max_length=400), AfterValidator(_usable)]


class CreateWebhook(Input):
    """A new endpoint. It gets what happens from now on.

    `events` are types (a parent picks its children), names of the original service, or `*`. Without a `secret` one
    is made, and shown once. Notes are sent only with `includeInternal`, which is an admin's to set.
    """

    url: Url
    events: EventNames = Field(default_factory=lambda: ["*"])
    description: Description = ""
    is_active: StrictBool = True
    include_internal: StrictBool = False
    secret: Secret | None = None


class ChangeWebhook(Input):
    """The fields to change; those left out stay. `isActive: true` wakes a paused one, which then gets all it missed."""

    url: Url = ""
    events: EventNames = Field(default_factory=list)
    description: Description = ""
    is_active: StrictBool = True
    include_internal: StrictBool = False
    secret: Secret | None = None


class CreatedWebhook(WebhookPayload):
    """With what is shown this once. `signingSecret`: the same key as the libraries of Standard Webhooks take it."""

    secret: str
    signing_secret: str


class RotateSecret(Input):
    """The old secret signs along for `overlapHours`."""

    secret: Secret | None = None
    overlap_hours: Annotated[int, Field(ge=0, le=24 * 7)] = 24


class NewSecret(Shape):
    """Shown this once."""

    secret: str
    signing_secret: str
    previous_until: Moment | None


class Replay(Input):
    """From where the log is delivered again: a seq of the log (that event included), or a moment."""

    since_seq: Annotated[int, Field(strict=True, ge=1, le=2**53 - 1)] | None = None
    since_time: Moment | None = None


class WebhookList(Shape):
    data: list[WebhookPayload]
    meta: PageMeta


class DeliveryListQuery(PageQuery):
    state: DeliveryState | None = None


class SentRequest(Shape):
    headers: dict[str, str]
    body: dict[str, Any]


class TryPayload(Shape):
    """One try. `status` null: there was no answer, and `error` says why."""

    number: int
    url: str
    started_at: Moment
    duration_ms: int
    status: int | None
    error: str
    answer: str


class DeliveryPayload(Shape):
    """One event for one endpoint. In lists, `tries` holds the last one, with the beginning of its answer."""

    id: UUID
    webhook_id: UUID
    type: str
    seq: int | None
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    due_at: Moment | None
    last_status: int | None
    last_error: str
    created_at: Moment
    delivered_at: Moment | None
    request: SentRequest | None
    tries: list[TryPayload]


class DeliveryList(Shape):
    data: list[DeliveryPayload]
    meta: PageMeta
