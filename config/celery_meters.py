"""What workers count: jobs by how they ended, and how long they took; told at METRICS_PORT."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST

from config.env import env
from config.meters import tell_every_second
from config.metrics import exposition, may_read
from helpdesk.meters import JOB_SECONDS, JOBS

OUTCOMES = {"SUCCESS": "succeeded", "FAILURE": "failed", "RETRY": "retried"}
_began: dict[str, float] = {}
_log = structlog.get_logger(__name__)


def job_begins(task_id: str = "", **_: Any) -> None:
    """A receiver of `task_prerun`."""
    _began[task_id] = time.monotonic()


def job_ends(task_id: str = "", task: Any = None, state: str | None = None, **_: Any) -> None:
    """A receiver of `task_postrun`."""
    began = _began.pop(task_id, None)
    JOBS.labels(task.name, OUTCOMES.get(state or "", "failed")).inc()
    if began is not None:
        JOB_SECONDS.labels(task.name).observe(time.monotonic() - began)


def job_expires(sender: Any = None, *, expired: bool = False, **_: Any) -> None:
    """A receiver of `task_revoked`: nobody came to it in time, and something else will bring it back."""
    if expired:
        JOBS.labels(sender.name, "expired").inc()


def worker_is_ready(**_: Any) -> None:
    """A receiver of `worker_ready`."""
    tell_every_second()
    if env.metrics_port:
        server = ThreadingHTTPServer((env.host, env.metrics_port), Metrics)
        server.daemon_threads = True
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class Metrics(BaseHTTPRequestHandler):
    """GET /metrics, and nothing else."""

    timeout = 10

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path != "/metrics" or not may_read(headers, self.client_address[0], env):
            self._answer(404, b"There is nothing at this address.\n", "text/plain")
            return
        self._answer(200, exposition(whole_hub=False), CONTENT_TYPE_LATEST)

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name in the standard library
        """Every few seconds: not in the log."""
