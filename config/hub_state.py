"""What is true of the whole hub, looked up when /metrics is asked, once in ten seconds at most.

It costs one look at `public.wakeup`, and a question to each of the desks that are most behind: MOST_ASKED, however many
there are. Sums of mails and deliveries are over these.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.health import CHECKS
from helpdesk.clock import now
from helpdesk.dispatch.models import LogCursor
from helpdesk.events.queries import get_head
from helpdesk.mail.models import Mail
from helpdesk.webhooks.models import WebhookDelivery
from tasks.app import COURIER
from tasks.wakeups import JOBS
from tenants import context
from tenants.redis_server import redis_server
from tenants.resolve import tenant_by_id

KEPT_S = 10.0
MOST_ASKED = 50
QUEUES = {"worker": "celery", "courier": COURIER}

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Waiting:
    """How much, and since when the oldest."""

    count: int = 0
    oldest: datetime | None = None

    def add(self, count: int, oldest: datetime | None) -> None:
        self.count += count
        if oldest and (self.oldest is None or oldest < self.oldest):
            self.oldest = oldest

    @property
    def seconds(self) -> float:
        return max(0.0, (now() - self.oldest).total_seconds()) if self.oldest else 0.0


class HubState(Collector):
    """Of every desk together. What cannot be read is left out, and its check says why."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._read_at = float("-inf")

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() - self._read_at >= KEPT_S:
                self._kept = [metric for read in READERS for metric in _read(read)]
                self._read_at = time.monotonic()
            yield from self._kept

    def forget(self) -> None:
        with self._lock:
            self._read_at = float("-inf")


def _read(read: Callable[[], list[Metric]]) -> list[Metric]:
    try:
        return read()
    except Exception as error:
        _log.warning("meters_not_read", what=read.__name__, error=type(error).__name__)
        return []


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)


def _checks() -> list[Metric]:
    """As /health/ready asks them."""
    found = _gauge("hub_check_ok", "1 where /health/ready is content with it, 0 where not.", "check")
    for name, check in CHECKS.items():
        try:
            check()
        except Exception:
            found.add_metric([name], 0)
        else:
            found.add_metric([name], 1)
    return [found]


def _due() -> list[Metric]:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*), min(due_since) FROM wakeup WHERE due_since <= %s GROUP BY kind", [now()])
        known = {kind: Waiting(count, oldest) for kind, count, oldest in cursor.fetchall()}
        cursor.execute("SELECT count(*) FILTER (WHERE is_active), count(*) FILTER (WHERE NOT is_active) FROM tenant")
        active, suspended = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (open_now,) = cursor.fetchone()
        cursor.execute("SELECT current_setting('max_connections')::int")
        (most,) = cursor.fetchone()
    count = _gauge("hub_due_tenants", "Tenants for which something of this kind is overdue.", "kind")
    oldest = _gauge("hub_due_oldest_seconds", "Since when nothing happened to the oldest of them.", "kind")
    for kind in JOBS:
        waiting = known.get(kind, Waiting())
        count.add_metric([kind], waiting.count)
        oldest.add_metric([kind], waiting.seconds)
    tenants = _gauge("hub_tenants", "Tenants there are.", "state")
    tenants.add_metric(["active"], active)
    tenants.add_metric(["suspended"], suspended)
    connections = _gauge("hub_database_connections", "Connections to this database, of everybody.")
    connections.add_metric([], open_now)
    limit = _gauge("hub_database_connections_max", "PostgreSQL's max_connections.")
    limit.add_metric([], most)
    return [count, oldest, tenants, connections, limit]


def _backlogs() -> list[Metric]:
    behind, most = 0, 0
    for tenant_id in _most_overdue("dispatch"):
        events = _in_tenant(tenant_id, _events_behind)
        behind += events > 0
        most = max(most, events)
    mails, deliveries = Waiting(), Waiting()
    for tenant_id in _most_overdue("mail"):
        _in_tenant(tenant_id, lambda: _count_mails(mails))
    for tenant_id in _most_overdue("webhooks"):
        _in_tenant(tenant_id, lambda: _count_deliveries(deliveries))
    found = [
        _gauge("hub_log_tenants_behind", "Tenants whose log the workers have not read to its end."),
        _gauge("hub_log_events_behind_max", "Events between head and cursor of the log that is furthest behind."),
        _gauge("hub_mails_waiting", "Mails that are to be sent."),
        _gauge("hub_mails_oldest_seconds", "Age of the oldest of them."),
        _gauge("hub_deliveries_waiting", "Deliveries to webhooks that are to be tried."),
        _gauge("hub_deliveries_oldest_seconds", "Age of the oldest of them."),
    ]
    values = (behind, most, mails.count, mails.seconds, deliveries.count, deliveries.seconds)
    for metric, value in zip(found, values, strict=True):
        metric.add_metric([], value)
    return list(found)


def _queues() -> list[Metric]:
    found = _gauge("hub_queue_jobs", "Jobs that no worker has taken yet.", "part")
    with redis_server(settings.REDIS_URL).client(socket_timeout=1, socket_connect_timeout=1) as client:
        for part, queue in QUEUES.items():
            found.add_metric([part], client.llen(queue))
    return [found]


READERS: tuple[Callable[[], list[Metric]], ...] = (_checks, _due, _backlogs, _queues)


def _most_overdue(kind: str) -> list[UUID]:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id FROM wakeup WHERE kind = %s ORDER BY due_since LIMIT %s",
            [kind, MOST_ASKED],
        )
        return [tenant_id for (tenant_id,) in cursor.fetchall()]


def _in_tenant(tenant_id: UUID, ask: Callable[[], int]) -> int:
    tenant = tenant_by_id(tenant_id)
    if tenant is None:
        return 0
    with context.tenant(tenant), transaction.atomic():
        return ask()


def _events_behind() -> int:
    seq = LogCursor.objects.aggregate(seq=Min("seq"))["seq"] or 0
    return max(0, get_head().last_seq - seq)


def _count_mails(waiting: Waiting) -> int:
    found = Mail.objects.filter(state="pending").aggregate(count=Count("id"), oldest=Min("created_at"))
    waiting.add(found["count"], found["oldest"])
    return waiting.count


def _count_deliveries(waiting: Waiting) -> int:
    pending = WebhookDelivery.objects.filter(state="pending", due_at__isnull=False)
    found = pending.aggregate(count=Count("id"), oldest=Min("created_at"))
    waiting.add(found["count"], found["oldest"])
    return waiting.count


hub_state = HubState()
"""One of a process, so that what it keeps is kept."""
