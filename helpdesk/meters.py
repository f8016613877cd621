"""Everything that a process counts of itself, for /metrics: the one list. No label holds a tenant, person or address.

Several processes of one part write into files that they share (PROMETHEUS_MULTIPROC_DIR, `config.meters`), so counts
are of all of them together, and survive the death of one. What is true of the whole hub is read when it is asked
(`config.hub_state`).
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # shared files have none, either
REGISTRY = CollectorRegistry()
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    """Of all living processes together."""
    return Gauge(name, text, labels, registry=REGISTRY, multiprocess_mode="livesum")


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...] = _QUICK) -> Histogram:
    return Histogram(name, text, labels, registry=REGISTRY, buckets=buckets)


PROCESSES = _gauge("hub_processes", "Processes of this part that are alive.")
MEMORY = _gauge("hub_process_resident_bytes", "Memory that these processes hold.")

REQUESTS = _counter("hub_requests_total", "Answers, by operation and class of status.", "operation", "status")
REQUEST_SECONDS = _histogram("hub_request_seconds", "From a request's head to the end of its answer.", "operation")
REFUSALS = _counter("hub_refusals_total", "Who was not let in, by kind of the access log.", "kind")

SOCKETS = _gauge("hub_sockets", "Sockets that are open.")
SOCKET_ENDS = _counter("hub_socket_ends_total", "Sockets that the hub ended, by close code.", "code")
FRAMES = _counter("hub_frames_total", "Event frames handed to sockets.")
SLICES = _counter("hub_slices_total", "Turns that handing events out took of the event loop.")
BELL_LAG = _histogram("hub_bell_lag_seconds", "From the recording of an event to its being handed to sockets.")
LOOP_DELAY = _histogram("hub_loop_delay_seconds", "How much later than asked the event loop comes back.")

JOBS = _counter("hub_jobs_total", "Jobs that ended, by outcome: succeeded, failed, retried, expired.", "job", "outcome")
JOB_SECONDS = _histogram("hub_job_seconds", "How long jobs took.", "job", buckets=_SLOW)
MAILS = _counter("hub_mail_tries_total", "Tries to send a mail: sent, refused, delayed, untried, away.", "outcome")
DELIVERIES = _counter("hub_webhook_tries_total", "Tries to deliver to a webhook: delivered, failed.", "outcome")

POOL = _gauge("hub_database_pool_connections", "Connections of the pool: busy, idle, most.", "state")
POOL_WAITING = _gauge("hub_database_pool_waiting", "Requests that wait for a connection.")
DATABASE_FAILURES = _counter("hub_database_failures_total", "Requests answered with 503 because of the database.")
SCANS = _counter(
    "hub_scans_total", "Files the virus scanner was asked about, by what it said: clean, …, away.", "outcome"
)
STORE_FAILURES = _counter("hub_store_failures_total", "Questions to the object store that failed.")
