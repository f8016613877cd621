"""A worker that is killed in the middle of an export: it is taken up again, and ends once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from config.env import ROOT
from helpdesk.clock import now
from helpdesk.exports.actions import create_export
from helpdesk.exports.models import Export
from helpdesk.exports.schemas import Told
from helpdesk.vocabulary import ExportFormat, ExportKind
from helpdesk.work import unit_of_work
from tasks.exports import make_exports
from tenants import context
from tests.conftest import Desk
from tests.helpdesk.exported import fill
from tests.helpdesk.files import keys_of
from tests.helpdesk.log import execute
from tests.realtime.live import database_url
from tests.tasks.courier import until

pytestmark = pytest.mark.slow
ROWS = 24_000
REDIS_DATABASE = 11
"""Of its own: whoever works on that of the tests would take the job from the one that is killed."""
WORK = "import django, sys; django.setup(); from tasks.exports import make_exports; make_exports(sys.argv[1])"


def test_kill_minus_nine_changes_nothing_of_what_comes_of_it(own_desk: Callable[[], Desk]) -> None:
    desk = own_desk()
    fill(desk, ROWS)
    with context.tenant(desk.ref), unit_of_work():
        told = Told(time_zone="Europe/Berlin")
        export = create_export(
            desk.agent, kind=ExportKind.TICKETS, format_=ExportFormat.CSV, query={"status": ["open"]}, told=told
        )

    def row() -> Export:
        with context.tenant(desk.ref), unit_of_work():
            return Export.objects.get(id=export.id)

    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": urlsplit(settings.REDIS_URL)._replace(path=f"/{REDIS_DATABASE}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    worker = subprocess.Popen([sys.executable, "-c", WORK, str(desk.ref.id)], cwd=ROOT, env=environment)
    until(lambda: row().rows_done > 0 or worker.poll() is not None)
    worker.kill()
    worker.wait()
    left = row()
    assert (left.status, left.rows_expected) == ("running", ROWS)
    assert 0 < left.rows_done < ROWS
    assert make_exports(str(desk.ref.id)) == 0  # its lease has not ended yet

    with context.tenant(desk.ref), unit_of_work():
        Export.objects.filter(id=export.id).update(due_at=now())
    assert make_exports(str(desk.ref.id)) == 1
    assert make_exports(str(desk.ref.id)) == 0
    done = row()
    assert (done.status, done.rows_done, done.attempts) == ("done", ROWS, 2)
    assert keys_of(desk.ref.id) == [done.key]
    assert execute(desk.ref, "SELECT count(*) FROM event WHERE type = 'export.finished'") == [(1,)]
    connection.close()
