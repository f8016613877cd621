"""A try is a claim, then HTTP outside any transaction, then its result: each of the two a short unit of work.

The claim counts the try and leases the delivery, so a courier that dies leaves it to be found, and never tries
for ever. Order of locks everywhere: the endpoint, then its deliveries.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F

from helpdesk.clock import now, rfc3339
from helpdesk.events.queries import get_head
from helpdesk.events.rules import Audience
from helpdesk.ids import new_id
from helpdesk.retention import kept_since
from helpdesk.sealing import Unreadable, unseal
from helpdesk.vocabulary import Floor
from helpdesk.wakeups import note_progress, settle, wake
from helpdesk.webhooks.actions.endpoints import DELIVERIES, FAILING, pause
from helpdesk.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from helpdesk.webhooks.queries import next_due, next_pause
from helpdesk.webhooks.rules import (
    AT_ONCE_FAILING,
    FAILING_AT_MOST,
    LEASE,
    PING,
    DeliveryState,
    Outcome,
    PausedReason,
    at_once,
    may_receive,
    most_tries_of,
    outcome_of,
    retry_after_of,
)
from helpdesk.webhooks.shapes import delivery_body

MOST_FORGOTTEN_AT_ONCE = 1_000


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One try to be made. `body` None: it cannot be, and `error` says why."""

    delivery_id: UUID
    webhook_id: UUID
    number: int
    url: str
    secrets: tuple[str, ...]
    body: bytes | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a try. `ok`: a whole answer of 2xx. `retry_after` is the header as it came."""

    job: Job
    started_at: datetime
    duration_ms: int
    ok: bool
    status: int | None = None
    error: str = ""
    answer: str = ""
    retry_after: str | None = None


def claim(busy: Mapping[UUID, int], *, limit: int) -> list[Job]:
    """Take at most `limit` due deliveries, each for a lease. `busy`: how many tries each endpoint has running here."""
    moment, most = now(), at_once(sum(busy.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, w.id, d.attempts, d.attempts_before, d.type, d.seq, w.url, w.sealed_secret,"
            " CASE WHEN w.previous_until > %s THEN w.sealed_previous END,"
            " coalesce(e.recorded_at, d.created_at), e.payload, e.floor, e.people, w.include_internal FROM webhook w"
            " LEFT JOIN unnest(%s::uuid[], %s::int[]) AS busy (id, tries) ON busy.id = w.id"
            " CROSS JOIN LATERAL (SELECT * FROM webhook_delivery x WHERE x.webhook_id = w.id AND x.state = 'pending'"
            " AND x.due_at <= %s AND (x.type = %s OR w.is_active AND (w.not_before IS NULL OR w.not_before <= %s))"
            " ORDER BY x.due_at, x.seq LIMIT greatest(0, CASE WHEN w.failing_since IS NULL THEN %s ELSE %s END"
            " - coalesce(busy.tries, 0)) FOR NO KEY UPDATE SKIP LOCKED) d LEFT JOIN event e ON e.seq = d.seq"
            " ORDER BY coalesce(busy.tries, 0), d.due_at LIMIT %s",
            [
                *(moment, list(busy), list(busy.values()), moment, PING, moment),
                *(most, min(most, AT_ONCE_FAILING), limit),
            ],
        )
        rows = cursor.fetchall()
    hopeless = {row[0]: why for row in rows if (why := _why_hopeless(row))}
    jobs = [row for row in rows if row[0] not in hopeless]
    for why in set(hopeless.values()):
        ids = [id_ for id_, reason in hopeless.items() if reason == why]
        WebhookDelivery.objects.filter(id__in=ids).update(state=DeliveryState.FAILED.value, due_at=None, last_error=why)
    WebhookDelivery.objects.filter(id__in=[row[0] for row in jobs]).update(
        attempts=F("attempts") + 1, due_at=moment + LEASE
    )
    epoch = str(get_head().epoch) if jobs else ""
    return [_job(row, epoch) for row in jobs]


def keep(results: Sequence[Result]) -> None:
    """Write down what came of tries, and what follows from it. An endpoint that is gone since takes nothing."""
    ids = sorted({result.job.webhook_id for result in results})
    webhooks = {row.id: row for row in Webhook.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")}
    wanted = {result.job.delivery_id: result for result in results if result.job.webhook_id in webhooks}
    deliveries = WebhookDelivery.objects.select_for_update(no_key=True).filter(id__in=list(wanted)).order_by("id")
    judged = [(row, wanted[row.id], _judge(row, wanted[row.id])) for row in deliveries]
    for webhook in webhooks.values():
        _apply_to_endpoint(webhook, [one for one in judged if one[0].webhook_id == webhook.id])
    _write(judged)
    _write_tries([result for _, result, _ in judged])


def keep_what_can_be(results: Sequence[Result]) -> None:
    """As `keep`; where that fails, one by one, so that one odd result takes no others with it. It is tried again."""
    if not results:
        return
    try:
        with transaction.atomic():
            keep(results)
        note_progress(DELIVERIES)
    except OperationalError:
        raise
    except Exception:
        _log.exception("results_not_kept", count=len(results))
        if len(results) > 1:
            for result in results:
                keep_what_can_be([result])


def rest() -> datetime | None:
    """Nothing can be done right now: settle when something can. None: nothing waits."""
    return settle(DELIVERIES, next_due)


def forget_old_deliveries() -> int:
    """Remove deliveries that came to their end long ago, with their tries; says how many."""
    oldest = kept_since("deliveries")
    if oldest is None:
        return 0
    old = WebhookDelivery.objects.filter(created_at__lt=oldest).exclude(state=DeliveryState.PENDING.value)
    forgotten = 0
    while ids := list(old.values_list("id", flat=True)[:MOST_FORGOTTEN_AT_ONCE]):
        WebhookAttempt.objects.filter(delivery__in=ids).delete()
        forgotten += WebhookDelivery.objects.filter(id__in=ids).delete()[0]
    return forgotten


def _why_hopeless(row: tuple[Any, ...]) -> str:
    """Why it is not tried any more; empty where it is. What may leave is asked again: an admin may have changed it."""
    _, _, attempts, before, type_, *_, payload, floor, people, include_internal = row
    if attempts - before >= most_tries_of(type_):
        return "The last try never came to an end."
    if type_ == PING:
        return ""
    if payload is None:
        return "The event is not in the log any more."
    audience = Audience(Floor(floor), tuple(people))
    return "" if may_receive(type_, audience, include_internal=include_internal) else "It is not for this endpoint."


def _job(row: tuple[Any, ...], epoch: str) -> Job:
    delivery_id, webhook_id, attempts, _, type_, seq, url, secret, previous, at, payload, *_ = row
    try:
        secrets = tuple(_opened(bytes(one)) for one in (secret, previous) if one is not None)
    except Unreadable as error:
        return Job(delivery_id, webhook_id, attempts + 1, url, (), None, str(error))
    delivery = WebhookDelivery(id=delivery_id, webhook_id=webhook_id, seq=seq, type=type_)
    body = delivery_body(delivery, payload=payload or "", timestamp=rfc3339(at), epoch=epoch)
    return Job(delivery_id, webhook_id, attempts + 1, url, secrets, body)


@lru_cache(maxsize=1000)
def _opened(sealed: bytes) -> str:
    return unseal(sealed)


Judged = tuple[WebhookDelivery, Result, Outcome]


def _judge(delivery: WebhookDelivery, result: Result) -> Outcome:
    moment = now()
    return outcome_of(
        ok=result.ok,
        status=result.status,
        tries=delivery.attempts - delivery.attempts_before,
        most_tries=most_tries_of(delivery.type),
        moment=moment,
        rest=retry_after_of(result.retry_after, moment=moment) if result.status in (429, 503) else None,
        jitter=random.uniform(-1, 1),  # noqa: S311  spreads load, keeps no secret
    )


def _apply_to_endpoint(webhook: Webhook, judged: Sequence[Judged]) -> None:
    """Failing begins with the first failure and ends with the first success.

    Pings are only asked; what another URL said, or what we could not send at all, is not this endpoint's.
    """
    outcomes = [
        outcome
        for delivery, result, outcome in judged
        if delivery.type != PING and result.job.url == webhook.url and result.job.body is not None
    ]
    if not outcomes:
        return
    holds = [until for until in (webhook.not_before, *(outcome.hold_until for outcome in outcomes)) if until]
    if holds:
        Webhook.objects.filter(id=webhook.id).update(not_before=max(holds))
    if any(outcome.verdict == "delivered" for outcome in outcomes):
        if webhook.failing_since:
            Webhook.objects.filter(id=webhook.id).update(failing_since=None)
            settle(FAILING, lambda: next_pause(FAILING_AT_MOST.total_seconds()))
    elif webhook.failing_since is None:
        moment = now()
        Webhook.objects.filter(id=webhook.id).update(failing_since=moment)
        wake(FAILING, moment + FAILING_AT_MOST)
    if webhook.is_active and any(outcome.gone for outcome in outcomes):
        pause(webhook, PausedReason.GONE)


def _write(judged: Sequence[Judged]) -> None:
    """A try whose lease was taken over changes nothing any more, unless it arrived; one of before a replay never."""
    rows: list[tuple[Any, ...]] = []
    for delivery, result, outcome in judged:
        delivered = outcome.verdict == "delivered"
        current = delivery.attempts == result.job.number
        of_this_round = result.job.number > delivery.attempts_before
        if delivery.state != DeliveryState.PENDING.value or not (of_this_round and (current or delivered)):
            continue
        state = {"delivered": DeliveryState.DELIVERED, "given_up": DeliveryState.FAILED}.get(outcome.verdict)
        ended = result.started_at if delivered else None
        word = (state or DeliveryState.PENDING).value
        rows.append((delivery.id, word, outcome.due_at, result.status, result.error[:300], ended))
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhook_delivery d SET state = new.state, due_at = new.due_at, last_status = new.status,"
            " last_error = new.error, delivered_at = new.delivered_at FROM unnest(%s::uuid[], %s::text[],"
            " %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[])"
            " AS new (id, state, due_at, status, error, delivered_at) WHERE d.id = new.id",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _write_tries(results: Sequence[Result]) -> None:
    redacted = _redacted([result.job.delivery_id for result in results if result.answer])
    WebhookAttempt.objects.bulk_create(
        [
            WebhookAttempt(
                id=new_id(),
                delivery_id=result.job.delivery_id,
                number=result.job.number,
                url=result.job.url,
                started_at=result.started_at,
                duration_ms=result.duration_ms,
                status=result.status,
                error=result.error[:300],
                answer="" if result.job.delivery_id in redacted else result.answer,
            )
            for result in results
        ],
        ignore_conflicts=True,
    )


def _redacted(delivery_ids: list[UUID]) -> set[UUID]:
    """Those whose event has lost its text since it was sent: an answer may repeat it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM webhook_delivery d JOIN event e ON e.seq = d.seq"
            " WHERE d.id = ANY(%s) AND e.payload LIKE %s",
            [delivery_ids, '{"redacted"%'],
        )
        return {id_ for (id_,) in cursor.fetchall()}
