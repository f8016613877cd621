"""Signs of life of worker, courier and beat, for `config.alive`."""

from __future__ import annotations

import threading
import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler

from config.alive import OLD_AFTER_S, SHOWN_EVERY_S, show


class Sign(bootsteps.StartStopStep):
    """Of a worker: its loop turns, or it is waiting for its broker, for which nobody should restart it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._part = "courier" if consumer.hostname.startswith("courier@") else "worker"
        self._turned_at = time.monotonic()
        threading.Thread(target=self._show, args=(consumer,), name="sign", daemon=True).start()

    def start(self, consumer: Any) -> None:
        """Each time it is connected: the timers end with a connection."""
        self._turn()
        consumer.timer.call_repeatedly(SHOWN_EVERY_S, self._turn)

    def _turn(self) -> None:
        self._turned_at = time.monotonic()

    def _show(self, consumer: Any) -> None:
        while True:
            if consumer.connection is None or time.monotonic() - self._turned_at < OLD_AFTER_S:
                show(self._part)
            time.sleep(SHOWN_EVERY_S)


class Schedule(PersistentScheduler):
    """Of beat: it asks what is due."""

    _shown_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() - self._shown_at >= SHOWN_EVERY_S:
            self._shown_at = time.monotonic()
            show("beat")
        seconds: float = super().tick(*args, **kwargs)
        return seconds
