"""`/webhooks`: endpoints of other systems, and what became of each delivery."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from helpdesk.answers import answer, no_content
from helpdesk.events.payloads import WebhookPayload
from helpdesk.paging import PageQuery
from helpdesk.people.requests import PersonRequest
from helpdesk.webhooks import queries, signing
from helpdesk.webhooks.actions import again, endpoints
from helpdesk.webhooks.schemas import (
    ChangeWebhook,
    CreatedWebhook,
    CreateWebhook,
    DeliveryList,
    DeliveryListQuery,
    DeliveryPayload,
    NewSecret,
    Replay,
    RotateSecret,
    WebhookList,
)
from helpdesk.webhooks.shapes import webhook_payload

router = Router()


@router.get("", operation_id="listWebhooks", response=WebhookList, summary="List webhooks")
def list_webhooks(request: PersonRequest, query: Query[PageQuery]) -> HttpResponse:
    """Newest first, without their secrets."""
    page = queries.list_webhooks(query)
    rows = [webhook_payload(one).model_dump(mode="json", by_alias=True) for one in page.rows]
    return answer({"data": rows, "meta": page.meta})


@router.post("", operation_id="createWebhook", response={201: CreatedWebhook}, summary="Add a webhook")
def create_webhook(request: PersonRequest, body: Body[CreateWebhook]) -> HttpResponse:
    """It gets what happens from now on. `secret` and `signingSecret` are shown this once."""
    fields = body.model_dump(exclude={"secret"})
    webhook, secret = endpoints.create_webhook(request.auth, fields=fields, secret=body.secret)
    shown = {"secret": secret, "signingSecret": signing.as_standard(signing.key_of(secret))}
    return answer(webhook_payload(webhook).model_dump(mode="json", by_alias=True) | shown, status=201)


@router.get("/{webhook_id}", operation_id="getWebhook", response=WebhookPayload, summary="One webhook")
def get_webhook(request: PersonRequest, webhook_id: UUID) -> HttpResponse:
    """How it stands: active or why it is paused, since when it fails, how far in the log it is."""
    return answer(webhook_payload(queries.get_webhook(webhook_id)))


@router.put("/{webhook_id}", operation_id="updateWebhook", response=WebhookPayload, summary="Change a webhook")
def update_webhook(request: PersonRequest, webhook_id: UUID, body: Body[ChangeWebhook]) -> HttpResponse:
    """Merges the fields it is given."""
    return answer(webhook_payload(endpoints.change_webhook(request.auth, webhook_id, fields=body.given())))


router.patch("/{webhook_id}", operation_id="patchWebhook", response=WebhookPayload, summary="Change a webhook")(
    update_webhook
)


@router.delete("/{webhook_id}", operation_id="deleteWebhook", response={204: None}, summary="Remove a webhook")
def delete_webhook(request: PersonRequest, webhook_id: UUID) -> HttpResponse:
    """With all its deliveries."""
    endpoints.delete_webhook(request.auth, webhook_id)
    return no_content()


@router.post(
    "/{webhook_id}/rotate-secret", operation_id="rotateWebhookSecret", response=NewSecret, summary="A new secret"
)
def rotate_secret(request: PersonRequest, webhook_id: UUID, body: Body[RotateSecret]) -> HttpResponse:
    """The old one signs along for a while, so that a receiver can change over without losing anything."""
    webhook, secret = endpoints.rotate_secret(
        request.auth, webhook_id, secret=body.secret, overlap_hours=body.overlap_hours
    )
    standard = signing.as_standard(signing.key_of(secret))
    return answer(NewSecret(secret=secret, signing_secret=standard, previous_until=webhook.previous_until))


@router.post("/{webhook_id}/ping", operation_id="pingWebhook", response={202: DeliveryPayload}, summary="Try it once")
def ping(request: PersonRequest, webhook_id: UUID) -> HttpResponse:
    """A `webhook.ping` is sent, whether it is active or not; the delivery shows what came back."""
    return answer(queries.full_delivery_shape(again.ping(request.auth, webhook_id)), status=202)


@router.post(
    "/{webhook_id}/replay", operation_id="replayWebhook", response={202: WebhookPayload}, summary="Deliver again from"
)
def replay(request: PersonRequest, webhook_id: UUID, body: Body[Replay]) -> HttpResponse:
    """Everything from a seq or a moment on. Receivers know what they have by its `webhook-id`."""
    webhook = again.replay(request.auth, webhook_id, since_seq=body.since_seq, since_time=body.since_time)
    return answer(webhook_payload(webhook), status=202)


@router.get(
    "/{webhook_id}/deliveries", operation_id="listWebhookDeliveries", response=DeliveryList, summary="Its deliveries"
)
def list_deliveries(request: PersonRequest, webhook_id: UUID, query: Query[DeliveryListQuery]) -> HttpResponse:
    """Newest first: what was sent, what was answered, how long it took."""
    page = queries.list_deliveries(queries.get_webhook(webhook_id), query, state=query.state)
    return answer({"data": queries.delivery_shapes(page.rows), "meta": page.meta})


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    operation_id="getWebhookDelivery",
    response=DeliveryPayload,
    summary="One delivery with every try",
)
def get_delivery(request: PersonRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """The last try first, answers up to 20 kB."""
    return answer(queries.full_delivery_shape(queries.get_delivery(webhook_id, delivery_id)))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    operation_id="redeliverWebhook",
    response={202: DeliveryPayload},
    summary="Deliver it again",
)
def redeliver(request: PersonRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """With the same `webhook-id`, and all tries before it."""
    return answer(queries.full_delivery_shape(again.redeliver(request.auth, webhook_id, delivery_id)), status=202)
