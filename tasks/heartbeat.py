"""A sign of life of the workers: beat asks for it, a worker gives it, `/health/ready` looks at it."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from tenants.redis_server import redis_server

HEARTBEAT_KEY = "hub:{who}:heartbeat"
EVERY_S = 10
STALE_AFTER_S = 45


@shared_task(name="tasks.heartbeat", expires=EVERY_S)
def heartbeat(who: str = "worker") -> None:
    """Idempotent; a key that expires."""
    with redis_server(settings.REDIS_URL).client(socket_timeout=2, socket_connect_timeout=2) as client:
        client.set(HEARTBEAT_KEY.format(who=who), "1", ex=STALE_AFTER_S)
