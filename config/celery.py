"""The Celery application: jobs are doors in `tasks`, small and idempotent; what is due stands in tables."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import signals
from celery.schedules import crontab

from config.celery_meters import job_begins, job_ends, job_expires, worker_is_ready
from config.celery_signs import Sign
from config.celery_stop import end_in_time, ended
from config.checks import require_sound_environment
from tasks.app import COURIER, app

require_sound_environment()
app.steps["consumer"].add(Sign)
signals.worker_shutting_down.connect(end_in_time)
signals.task_prerun.connect(job_begins)
signals.task_postrun.connect(job_ends)
signals.task_revoked.connect(job_expires)
signals.worker_ready.connect(worker_is_ready)
app.conf.beat_schedule = {
    "due": {"task": "tasks.wake_due", "schedule": 2.0},
    "worker": {"task": "tasks.heartbeat", "schedule": 10.0},
    "courier": {"task": "tasks.heartbeat", "schedule": 10.0, "args": ["courier"], "options": {"queue": COURIER}},
    "expired": {"task": "tasks.remove_expired", "schedule": crontab(hour="3", minute="17")},
}


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """The settings have set it up; a receiver here keeps Celery from doing it again."""


@signals.worker_shutdown.connect
@signals.worker_process_shutdown.connect
def _let_what_is_being_sent_arrive(**_: Any) -> None:
    from tasks.courier.engine import stop_engine  # it needs the models, which are not loaded yet above

    stop_engine()


signals.worker_shutdown.connect(ended)


@signals.worker_ready.connect
def _show_at_once_that_we_work(**_: Any) -> None:
    app.send_task("tasks.heartbeat")
    app.send_task("tasks.heartbeat", ["courier"], queue=COURIER)
