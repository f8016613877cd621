"""The Celery application, of every process: the web queues jobs, the workers do them. Its schedule is config's."""

from __future__ import annotations

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

COURIER = "courier"

TRANSPORT_ALIASES |= {
    "redis": "tasks.broker:Transport",
    "rediss": "tasks.broker:Transport",
    "sentinel": "tasks.broker:SentinelTransport",
}
app = Celery("hub", set_as_current=True)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {"tasks.deliver_*": {"queue": COURIER}}
"""What talks to the outside world is worked off by the courier, so that it delays nothing else."""
app.conf.imports = (
    "tasks.dispatch",
    "tasks.erasing",
    "tasks.exports",
    "tasks.heartbeat",
    "tasks.mail",
    "tasks.objects",
    "tasks.retention",
    "tasks.scanning",
    "tasks.sweeps",
    "tasks.sla",
    "tasks.wakeups",
    "tasks.webhooks",
)
