"""Jobs that are done again behind the others."""

from __future__ import annotations

from uuid import uuid4

from celery import Celery
from structlog.testing import capture_logs

from tasks.wakeups import go_on
from tests.realtime.live import free_port


def test_with_the_broker_away_a_job_that_goes_on_has_not_failed() -> None:
    app = Celery(broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)

    @app.task(name="tests.more")
    def more(tenant_id: str) -> None:
        raise AssertionError(tenant_id)

    with capture_logs() as told:
        go_on(more, str(uuid4()))
    assert [(one["event"], one["job"]) for one in told] == [("job_not_queued", "tests.more")]
